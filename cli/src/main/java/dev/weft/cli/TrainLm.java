package dev.weft.cli;

import dev.weft.examples.data.Prose;
import dev.weft.examples.data.Split;
import dev.weft.rnn.ModelKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `weft train lm`: a recurrent model of prose.
@Command(
    name = "lm",
    sortOptions = false,
    description = {
      "Train an LSTM that writes prose, word by word.",
      "",
      "One matrix serves as embedding and head; truncated backpropagation through time, AdamW,"
          + " cosine schedule with warm-up, gradients clipped to norm 1, early stopping on a"
          + " validation part. The figures are those of a test part, beside n-gram models with"
          + " back-off on the same words. --out gets the model, which `weft generate` uses, a log"
          + " (train.csv) and the curves."
    })
final class TrainLm implements Callable<Integer> {
  private static final String FOLDER = "models/lm";

  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FOLDER|generated",
      description =
          "A folder of .txt files, such as `tools/data/fetch moby-dick FOLDER` fills, or made-up"
              + " sentences for a quick try.")
  private String data;

  @Option(
      names = "--vocabulary",
      paramLabel = "N",
      defaultValue = "5000",
      description = "Most words, the most frequent ones; others are unknown (${DEFAULT-VALUE}).")
  private int vocabulary;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      defaultValue = "200",
      description = "Units of a layer, and values of a word's vector (${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--layers",
      paramLabel = "N",
      defaultValue = "1",
      description = "Recurrent layers (${DEFAULT-VALUE}).")
  private int layers;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      defaultValue = "0.4",
      description = "Share dropped in training, below 1 (${DEFAULT-VALUE}).")
  private double dropout;

  @Option(
      names = "--window",
      paramLabel = "N",
      defaultValue = "35",
      description = "Words of a row that a step of training reads (${DEFAULT-VALUE}).")
  private int window;

  @Mixin
  private final EpochOptions options =
      new EpochOptions(
          Path.of(FOLDER),
          ModelKind.LANGUAGE_MODEL,
          new EpochFlags(12, 20, 3e-3, 0.01, 3),
          "model, train.csv and curves (.png, .svg)");

  @Override
  public Integer call() throws IOException {
    Require.that(vocabulary >= 10, "--vocabulary must be at least 10 but is " + vocabulary);
    NetworkFlags size = new NetworkFlags(hidden, hidden, layers, dropout);
    size.check();
    Require.atLeastOne("--window", window);
    return options.run(
        spec,
        (flags, say) ->
            new ProseTraining(text(flags.seed()), vocabulary, size, window, flags, say)::train);
  }

  private Split<String> text(long seed) throws IOException {
    return data.equals("generated")
        ? Prose.generated(60, 25, seed)
        : Prose.read(Path.of(data), "moby-dick", seed);
  }
}
