package dev.weft.cli;

import dev.weft.examples.data.Reversals;
import dev.weft.nn.optim.NotFiniteException;
import dev.weft.rnn.Forcing;
import dev.weft.rnn.ModelKind;
import dev.weft.rnn.StepLosses;
import dev.weft.tensor.Device;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `weft train seq2seq`: an encoder–decoder that learns to write words backwards.
@Command(
    name = "seq2seq",
    sortOptions = false,
    description = {
      "Train an LSTM encoder-decoder to write random words backwards.",
      "",
      "Adam, cosine schedule, gradients clipped to norm 1, early stopping on words that"
          + " training never sees; the figures are those of others. --out gets the model, which"
          + " `weft reverse` uses, the log (train.csv) and pictures: the curves, and the loss of each"
          + " letter when the decoder is told the truth and when it reads what it wrote."
    })
final class TrainSeq2seq implements Callable<Integer> {
  private static final int SHOWN = 5;
  private static final int BEAMS = 4;

  /// Where the model goes and is looked for.
  static final String FOLDER = "models/seq2seq";

  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      defaultValue = FOLDER,
      paramLabel = "DIR",
      description = "Where the model goes (${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "4000",
      description = "Most optimizer steps (${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "64",
      description = "Words of a batch (${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--rate",
      paramLabel = "P",
      defaultValue = "4e-3",
      description = "Peak learning rate (${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      defaultValue = "128",
      description = "Units on either side (${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--letters",
      paramLabel = "N",
      defaultValue = "26",
      description = "Letters of the alphabet, from a on (${DEFAULT-VALUE}).")
  private int letters;

  @Option(
      names = "--shortest",
      paramLabel = "N",
      defaultValue = "3",
      description = "Letters of the shortest word (${DEFAULT-VALUE}).")
  private int shortest;

  @Option(
      names = "--longest",
      paramLabel = "N",
      defaultValue = "10",
      description = "Letters of the longest word (${DEFAULT-VALUE}).")
  private int longest;

  @Option(
      names = "--held-out",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Words for validation, and as many for the test (${DEFAULT-VALUE}).")
  private int heldOut;

  @Option(
      names = "--forcing",
      paramLabel = "P",
      defaultValue = "1",
      description =
          "Share of true letters that the decoder is told in the end; it falls evenly from 1. 1 is"
              + " teacher forcing throughout (${DEFAULT-VALUE}).")
  private double forcing;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of weights, words and draws (${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private DeviceOptions devices;
  @Mixin private JsonOption json;

  @Override
  public Integer call() throws IOException {
    check();
    Reversals words = words();
    Device device = devices.open();
    OutFolder.make(out, ModelKind.ENCODER_DECODER);
    try (Seq2seqTraining training = new Seq2seqTraining(device, words, hidden, seed)) {
      train(training, words);
    } catch (NotFiniteException e) {
      throw Failure.user(e.getMessage() + "; --rate is " + rate, e);
    } catch (IOException e) {
      throw Failure.outside("the training failed: " + Reasons.of(e), e);
    } catch (IllegalArgumentException e) {
      throw Failure.user(e.getMessage(), e);
    }
    return Failure.OK;
  }

  private void check() {
    Require.atLeastOne("--steps", steps);
    Require.atLeastOne("--batch", rows);
    Require.atLeastOne("--hidden", hidden);
    Require.that(heldOut >= SHOWN, "--held-out must be at least " + SHOWN + " but is " + heldOut);
    Require.that(
        rate > 0 && rate < Double.POSITIVE_INFINITY,
        "--rate must be a number above 0 but is " + rate);
    Require.that(forcing >= 0 && forcing <= 1, "--forcing must lie in [0, 1] but is " + forcing);
  }

  private Reversals words() {
    try {
      return new Reversals(letters, shortest, longest, heldOut, seed);
    } catch (IllegalArgumentException e) {
      throw Failure.user("--letters, --shortest and --longest: " + e.getMessage(), e);
    }
  }

  private void train(Seq2seqTraining training, Reversals words) throws IOException {
    say(
        String.format(
            Locale.ROOT,
            "%,d parameters; words of %d to %d letters out of %d",
            training.count(),
            shortest,
            longest,
            letters));
    long began = System.nanoTime();
    Forcing ratio = Forcing.linear(1, forcing, steps, seed);
    Seq2seqTraining.Result result = training.train(steps, rows, rate, ratio, out);
    double seconds = (System.nanoTime() - began) * 1e-9;
    say(
        String.format(
            Locale.ROOT,
            "%,d steps in %.1f s; model, train.csv and pictures are in %s",
            result.steps(),
            seconds,
            out));
    double exact = training.exact();
    say(
        String.format(
            Locale.ROOT, "%.2f %% of %,d test words exactly right", 100 * exact, heldOut));
    Seq2seqTraining.Searched greedy = training.searched(1);
    Seq2seqTraining.Searched beam = training.searched(BEAMS);
    tell(greedy, beam);
    StepLosses losses = training.losses();
    Seq2seqTraining.draw(losses, out);
    tell(losses);
    List<String> shown = words.test().subList(0, SHOWN);
    List<String> written = training.written(shown);
    for (int i = 0; i < SHOWN; i++) {
      say(shown.get(i) + " -> " + written.get(i));
    }
    report(result, exact, greedy, beam, losses, seconds);
  }

  private void tell(Seq2seqTraining.Searched... searches) {
    say("beams  mean log p  exactly right");
    for (Seq2seqTraining.Searched one : searches) {
      say(
          String.format(
              Locale.ROOT,
              "%5d  %10.5f  %11.2f %%",
              one.beams(),
              one.logProbability(),
              100 * one.exact()));
    }
  }

  private void tell(StepLosses losses) {
    say("letter  told the truth  free running");
    for (int t = 0; t < losses.forced().length; t++) {
      say(
          String.format(
              Locale.ROOT, "%6d  %14.5f  %12.5f", t + 1, losses.forced()[t], losses.free()[t]));
    }
  }

  private void report(
      Seq2seqTraining.Result result,
      double exact,
      Seq2seqTraining.Searched greedy,
      Seq2seqTraining.Searched beam,
      StepLosses losses,
      double seconds)
      throws IOException {
    json.print(
        spec.commandLine().getOut(),
        line -> {
          line.writeNumberField("accuracy", exact);
          line.writeNumberField("greedy_logprob", greedy.logProbability());
          line.writeNumberField("beam_logprob", beam.logProbability());
          line.writeNumberField("beam_accuracy", beam.exact());
          line.writeNumberField("steps", result.steps());
          line.writeNumberField("loss", result.loss());
          line.writeFieldName("forced_loss");
          line.writeArray(losses.forced(), 0, losses.forced().length);
          line.writeFieldName("free_loss");
          line.writeArray(losses.free(), 0, losses.free().length);
          line.writeNumberField("seconds", seconds);
        });
  }

  private void say(String line) {
    new Lines(spec.commandLine().getOut()).accept(line);
  }
}
