package dev.weft.cli;

import dev.weft.decoding.Sampling;
import dev.weft.decoding.SamplingOptions;
import dev.weft.gpt2.Corpus;
import dev.weft.gpt2.Gpt2;
import dev.weft.gpt2.Gpt2Inference;
import dev.weft.gpt2.Gpt2Tokenizer;
import dev.weft.nn.Noise;
import dev.weft.nn.io.Checkpoints;
import dev.weft.nn.optim.EarlyStopping;
import dev.weft.nn.train.Objective;
import dev.weft.nn.train.ProgressLine;
import dev.weft.nn.train.StepListener;
import dev.weft.nn.train.StepLog;
import dev.weft.nn.train.Trainer;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/// A GPT-2 and the text that it learns.
///
/// @param say tells the user a line
record Gpt2Training(
    Gpt2 model, Gpt2Tokenizer tokenizer, Corpus corpus, TrainingFlags flags, Consumer<String> say)
    implements AutoCloseable {
  private static final int EVALUATION_ROWS = 8;
  private static final int EVALUATION_BATCHES = 16;

  /// The loop, ready to run: batches of the training part, validation, samples, log, checkpoints.
  Trainer trainer(Checkpoints checkpoints, Path log, String prompt) {
    int length = flags.length(model.config().context());
    requirePrompt(prompt);
    say.accept(
        String.format(
            Locale.ROOT,
            "%,d parameters, %,d training tokens, %,d for validation, %s",
            model.config().parameterCount(),
            corpus.training().length,
            corpus.validation().length,
            device().description()));
    Noise noise = new Noise(flags.seed());
    model.dropout(flags.dropout(), noise);
    Trainer trainer =
        new Trainer(
                model,
                flags.optimizer(model.parameters()),
                flags.schedule(),
                number -> {
                  int[] ids = corpus.training();
                  return loss(Corpus.batch(ids, flags.rows(), length, flags.seed(), (int) number));
                })
            .accumulate(flags.accumulate())
            .clip(1)
            .noise(noise)
            .checkpoints(checkpoints, flags.every())
            .listen(StepLog.csv(log))
            .listen(new ProgressLine())
            .listen(samples(prompt));
    validate(trainer, length);
    return trainer;
  }

  private void requirePrompt(String prompt) {
    int tokens = tokenizer.encode(prompt).length;
    if (tokens < 1 || tokens > model.config().context()) {
      throw Failure.user(
          "--sample must have at least 1 token and at most the model's context, "
              + model.config().context()
              + ", but has "
              + tokens);
    }
  }

  private void validate(Trainer trainer, int length) {
    int[][] windows =
        Corpus.windows(corpus.validation(), length, EVALUATION_ROWS * EVALUATION_BATCHES);
    int rows = Math.min(EVALUATION_ROWS, windows.length);
    if (rows == 0 && flags.patience() != null) {
      throw Failure.user(
          "--patience needs validation text, but --data is too short to spare "
              + length
              + " tokens for it");
    }
    if (rows == 0) {
      say.accept("no validation: --data is too short to spare " + length + " tokens for it");
      return;
    }
    trainer.evaluate(
        number -> {
          int[][] batch = new int[rows][];
          System.arraycopy(windows, (int) number * rows, batch, 0, rows);
          return loss(batch);
        },
        windows.length / rows,
        flags.every());
    if (flags.patience() != null) {
      trainer.stopEarly(new EarlyStopping(model.parameters(), flags.patience(), 0));
    }
  }

  private Objective.Batch loss(int[][] rows) {
    int length = rows[0].length;
    int[] flat = new int[Math.multiplyExact(rows.length, length)];
    for (int r = 0; r < rows.length; r++) {
      System.arraycopy(rows[r], 0, flat, r * length, length);
    }
    Tensor ids = Tensor.ids(device(), Shape.of(rows.length, length), flat);
    return new Objective.Batch(model.loss(ids), (long) rows.length * (length - 1));
  }

  /// Tells the losses and shows a sample each time that is due.
  private StepListener samples(String prompt) {
    return report -> {
      if (report.step() % flags.every() == 0) {
        boolean validated = !Double.isNaN(report.evaluation());
        say.accept(
            String.format(Locale.ROOT, "step %,d: loss %.4f", report.step(), report.loss())
                + (validated
                    ? String.format(Locale.ROOT, ", validation %.4f", report.evaluation())
                    : "")
                + ": "
                + sample(prompt).strip().replace('\n', ' '));
      }
    };
  }

  private String sample(String prompt) {
    try (Gpt2Inference inference = Gpt2Inference.of(model, DType.F32)) {
      SamplingOptions options = SamplingOptions.DEFAULT.withTemperature(0.8).withSeed(flags.seed());
      return Sampling.sampleTokensWithCache(inference, tokenizer, prompt, options);
    }
  }

  /// How the model finds a text that it never saw.
  HeldOut score(String text) {
    return HeldOut.score(model, tokenizer, corpus.training(), text);
  }

  private Device device() {
    return model.parameters().device();
  }

  @Override
  public void close() {
    model.close();
  }
}
