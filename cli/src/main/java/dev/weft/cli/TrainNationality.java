package dev.weft.cli;

import dev.weft.examples.classify.NaiveBayes;
import dev.weft.rnn.Level;
import dev.weft.rnn.Pooling;
import dev.weft.tensor.Gating;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `weft train nationality`: which language a family name is of.
@Command(
    name = "nationality",
    sortOptions = false,
    description = {
      "Train a network that tells from its letters which language a family name is of.",
      "",
      "An LSTM reads the letters of names in 18 languages both ways. AdamW, cosine schedule with"
          + " warm-up, gradients clipped to norm 1, early stopping on a validation part; the figures"
          + " are those of a test part. --out gets the model, which `weft classify nationality` uses,"
          + " a log (train.csv), the curves and the confusion matrix."
    })
final class TrainNationality implements Callable<Integer> {
  /// Where the model goes and is looked for.
  static final String FOLDER = "models/nationality";

  /// The task's name.
  static final String TASK = "nationality";

  private static final int LONGEST = 40;
  private static final int GRAMS = 4;

  @Spec private CommandSpec spec;

  @Mixin private SurnameFlags names;

  @Mixin
  private final ClassifierOptions options =
      new ClassifierOptions(
          Path.of(FOLDER),
          new NetworkFlags(64, 256, 1, 0.6),
          new EpochFlags(40, 64, 3e-3, 0.05, 8));

  @Override
  public Integer call() throws IOException {
    return options.run(spec, this::task);
  }

  private ClassifierTask task(long seed) throws IOException {
    return new ClassifierTask(
        TASK,
        "Language of a surname",
        names.read(seed),
        Level.CHARACTERS,
        LONGEST,
        2,
        Gating.LSTM,
        Pooling.MAX,
        0.2,
        0.1,
        NaiveBayes.characterGrams(GRAMS),
        -1);
  }
}
