package dev.weft.cli;

import dev.weft.examples.classify.NaiveBayes;
import dev.weft.examples.data.LabelledTexts;
import dev.weft.examples.data.Mails;
import dev.weft.rnn.Level;
import dev.weft.rnn.Pooling;
import dev.weft.tensor.Gating;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `weft train spam`: whether somebody wanted a mail.
@Command(
    name = "spam",
    sortOptions = false,
    description = {
      "Train a network that tells unwanted mails from others.",
      "",
      "A GRU reads the subject and the first words of the body both ways. AdamW, cosine schedule with"
          + " warm-up, gradients clipped to norm 1, early stopping on a validation part; the figures are"
          + " those of a test part. --out gets the model, which `weft classify spam` uses, a log"
          + " (train.csv), the curves and the confusion matrix."
    })
final class TrainSpam implements Callable<Integer> {
  /// Where the model goes and is looked for.
  static final String FOLDER = "models/spam";

  /// The task's name.
  static final String TASK = "spam";

  private static final int LONGEST = 150;

  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FOLDER|generated",
      description =
          "The folder that `tools/data/fetch spam FOLDER` filled, or made-up mails for a quick try.")
  private String data;

  @Mixin
  private final ClassifierOptions options =
      new ClassifierOptions(
          Path.of(FOLDER), new NetworkFlags(64, 64, 1, 0.4), new EpochFlags(6, 32, 2e-3, 0.01, 3));

  @Override
  public Integer call() throws IOException {
    return options.run(spec, this::task);
  }

  private ClassifierTask task(long seed) throws IOException {
    LabelledTexts mails =
        data.equals("generated") ? Mails.generated(800, seed) : Mails.read(Path.of(data), seed);
    return new ClassifierTask(
        TASK,
        "Spam or ham",
        mails,
        Level.LOWER_CASE_WORDS,
        LONGEST,
        3,
        Gating.GRU,
        Pooling.MAX,
        0.1,
        0,
        NaiveBayes.words(LONGEST),
        Mails.SPAM);
  }
}
