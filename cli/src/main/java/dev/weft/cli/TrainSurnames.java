package dev.weft.cli;

import dev.weft.rnn.ModelKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `weft train surnames`: a model that makes up family names.
@Command(
    name = "surnames",
    sortOptions = false,
    description = {
      "Train an LSTM that makes up family names, letter by letter, in a language of one's choice.",
      "",
      "The language sets the state that a name begins with. AdamW, cosine schedule with warm-up,"
          + " gradients clipped to norm 1, early stopping on a validation part; the figures are those"
          + " of a test part, beside n-gram models of the same names. --out gets the model, which"
          + " `weft sample surnames` uses, a log (train.csv) and the curves."
    })
final class TrainSurnames implements Callable<Integer> {
  /// Where the model goes and is looked for.
  static final String FOLDER = "models/surnames";

  @Spec private CommandSpec spec;

  @Mixin private SurnameFlags names;
  @Mixin private final NetworkFlags size = new NetworkFlags(64, 256, 1, 0.4);

  @Mixin
  private final EpochOptions options =
      new EpochOptions(
          Path.of(FOLDER),
          ModelKind.LANGUAGE_MODEL,
          new EpochFlags(30, 32, 3e-3, 0.01, 4),
          "model, train.csv and curves (.png, .svg)");

  @Override
  public Integer call() throws IOException {
    size.check();
    return options.run(
        spec,
        (flags, say) -> new SurnameTraining(names.read(flags.seed()), size, flags, say)::train);
  }
}
