package dev.weft.bench;

import dev.weft.bench.engine.Engine;
import dev.weft.bench.engine.Gpt2TrainingWork;
import dev.weft.gpt2.Gpt2Config;
import dev.weft.tensor.Philox;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// One training step of GPT-2 124M: forward, backward, clip, AdamW, in F32. The limit is its
/// operations at the peak of fused multiply-adds.
final class Gpt2Training implements Benchmark {
  static final int[][] BATCHES = {{4, 64}, {1, 64}, {1, 256}};
  private static final int RUNS = 5;

  /// Bytes that a step has to read or write for each parameter: its weight, its gradient and Adam's
  /// two moments, each once in and once out. What GPT-2 124M leaves for the way back is a tenth of
  /// that, and not counted.
  static final double STATE_BYTES = 2 * 4 * 4;

  @Override
  public String name() {
    return "train";
  }

  @Override
  public List<Row> run(Setting setting) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (int[] batch : BATCHES) {
      String variant = variant(batch);
      if (!setting.wants(variant)) {
        continue;
      }
      Gpt2TrainingWork work = work(batch[0], batch[1]);
      try (Engine.Training training = setting.engine().train(work)) {
        if (training != null && setting.accepts(() -> check(setting, work, variant, training))) {
          double flops = 3.0 * batch[0] * batch[1] * Gpt2Config.SMALL.flopsPerToken(batch[1] / 2);
          double bytes = STATE_BYTES * Gpt2Config.SMALL.parameterCount();
          Setting.Timed timed =
              setting.timedComputing(() -> Stopwatch.seconds(training::step, 8, RUNS));
          double limit = 1e-6 * flops / timed.gigaflops();
          rows.add(
              Row.time(name(), variant, 1000, timed.seconds(), "ms", limit).taking(flops, bytes));
        }
      }
    }
    return rows;
  }

  static String variant(int[] batch) {
    return "f32 GPT-2 124M " + batch[0] + "x" + batch[1] + " step";
  }

  private static void check(
      Setting setting, Gpt2TrainingWork work, String variant, Engine.Training training)
      throws IOException {
    if (setting.reference() != null) {
      try (Engine.Training wanted = setting.reference().train(work)) {
        RecurrentTraining.check(variant, training, wanted);
      }
    }
  }

  static Gpt2TrainingWork work(int rows, int length) {
    Philox random = new Philox(2, Philox.Purpose.SHUFFLE, 0, 0);
    int[] ids = new int[rows * (length + 1)];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = random.nextInt(Gpt2Config.SMALL.vocabulary());
    }
    return new Gpt2TrainingWork(rows, length, ids);
  }
}
