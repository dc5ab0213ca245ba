package dev.weft.cli;

import dev.weft.nn.Layer;
import dev.weft.nn.Noise;
import dev.weft.nn.optim.AdamW;
import dev.weft.nn.optim.EarlyStopping;
import dev.weft.nn.optim.NotFiniteException;
import dev.weft.nn.optim.Schedule;
import dev.weft.nn.train.Objective;
import dev.weft.nn.train.ProgressLine;
import dev.weft.nn.train.StepListener;
import dev.weft.nn.train.StepLog;
import dev.weft.nn.train.Trainer;
import dev.weft.rnn.Bucketing;
import dev.weft.tensor.ParameterSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// Trains a network on sequences, epoch after epoch in batches of similar length: AdamW, cosine
/// schedule with warm-up, gradients clipped to norm 1; after each epoch the validation part decides
/// whether to stop. The best weights are kept, and saved each time that there are better ones. A
/// folder gets `train.csv` and the curves.
///
/// @param noise the counters that the network's dropout draws from
/// @param save writes the model as it is
/// @param say tells the user a line
record EpochTraining(
    Layer network,
    ParameterSet parameters,
    Noise noise,
    BestKept.Save save,
    EpochFlags flags,
    Consumer<String> say) {

  /// Sequences with the loss of some of them.
  ///
  /// @param lengths of the sequences
  record Part(int[] lengths, Loss loss) {}

  /// The loss of a batch.
  @FunctionalInterface
  interface Loss {
    /// The mean loss of some sequences of the part.
    ///
    /// @param examples their places in it
    /// @param number of the batch in the training
    Objective.Batch of(int[] examples, long number);
  }

  /// How a training ended.
  ///
  /// @param epochs that were begun
  /// @param best number of the epoch whose weights are kept, from 1
  record Result(long epochs, long best, double seconds) {}

  /// Trains on batches of similar length, and leaves the weights of the best epoch.
  ///
  /// @param out takes the log and the curves
  /// @param title of the curves
  Result train(Part training, Part validation, Path out, String title) throws IOException {
    var epochs = new Epochs(new Bucketing(training.lengths, flags.rows(), flags.seed()));
    List<int[]> checks =
        new Bucketing(validation.lengths, flags.rows(), Integer.MAX_VALUE, 0).epoch(0).batches();
    return train(
        new Batches(number -> training.loss.of(epochs.batch(number), number), epochs.batches()),
        new Batches(number -> validation.loss.of(checks.get((int) number), number), checks.size()),
        out,
        title);
  }

  /// An objective and the number of batches that are one pass over its data.
  record Batches(Objective objective, int pass) {}

  /// Trains, and leaves the weights of the best epoch.
  ///
  /// @param out takes the log and the curves
  /// @param title of the curves
  Result train(Batches training, Batches validation, Path out, String title) throws IOException {
    long began = System.nanoTime();
    int every = training.pass;
    long steps = Math.multiplyExact((long) every, flags.epochs());
    Curves curves = new Curves();
    try (var stopping = new EarlyStopping(parameters, flags.patience(), 0)) {
      Trainer trainer =
          new Trainer(
                  network,
                  new AdamW(parameters, 0.9, 0.999, 1e-8, flags.decay()),
                  Schedule.cosine(
                      flags.rate(), flags.rate() / 100, Math.min(every, steps - 1), steps),
                  training.objective)
              .clip(1)
              .noise(noise)
              .evaluate(validation.objective, validation.pass, every)
              .stopEarly(stopping)
              .listen(StepLog.csv(out.resolve("train.csv")))
              .listen(curves)
              .listen(new BestKept(stopping, save))
              .listen(told(every))
              .listen(new ProgressLine());
      Trainer.Result result = trainer.train(steps);
      trainer.restoreBest();
      double seconds = (System.nanoTime() - began) * 1e-9;
      save.write();
      curves.write(out, title);
      return new Result(result.steps() / every, stopping.bestCheck() + 1, seconds);
    } catch (NotFiniteException e) {
      throw Failure.user(e.getMessage() + "; --rate is " + flags.rate(), e);
    }
  }

  /// Tells the losses of each epoch.
  private StepListener told(int every) {
    double[] sum = {0};
    return report -> {
      sum[0] += report.loss();
      if (report.step() % every == 0) {
        say.accept(
            String.format(
                Locale.ROOT,
                "epoch %3d: loss %.4f, validation %.4f",
                report.step() / every,
                sum[0] / every,
                report.evaluation()));
        sum[0] = 0;
      }
    };
  }

  /// The batches of one epoch after another, by their number in the training.
  private static final class Epochs {
    private final Bucketing bucketing;
    private List<int[]> batches;
    private int epoch;

    Epochs(Bucketing bucketing) {
      this.bucketing = bucketing;
      batches = bucketing.epoch(0).batches();
    }

    /// Batches of an epoch: as many in each.
    int batches() {
      return batches.size();
    }

    int[] batch(long number) {
      int wanted = Math.toIntExact(number / batches.size());
      if (wanted != epoch) {
        batches = bucketing.epoch(wanted).batches();
        epoch = wanted;
      }
      return batches.get((int) (number % batches.size()));
    }
  }
}
