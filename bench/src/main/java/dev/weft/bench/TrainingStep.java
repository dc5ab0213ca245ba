package dev.weft.bench;

import dev.weft.gpt2.Gpt2;
import dev.weft.gpt2.Gpt2Config;
import dev.weft.nn.optim.AdamW;
import dev.weft.nn.optim.Clip;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import java.util.List;

/// One training step of GPT-2 124M: 4 rows of 64 tokens, forward, backward, clip, AdamW, in F32.
final class TrainingStep implements Benchmark {
  private static final int ROWS = 4;
  private static final int LENGTH = 64;
  private static final int RUNS = 7;

  @Override
  public String name() {
    return "train";
  }

  @Override
  public List<Row> run(Device device, int threads) {
    try (Gpt2 model = Gpt2.create(Gpt2Config.SMALL, device, DType.F32, 1)) {
      AdamW optimizer = new AdamW(model.parameters());
      device.resetPeak();
      double[] seconds = Stopwatch.seconds(device, () -> step(model, optimizer, device), 10, RUNS);
      double flops = 3 * ROWS * LENGTH * model.config().flopsPerToken(LENGTH);
      double limit = flops / (Limits.gigaflops(device, threads) * 1e9);
      long peak = device.stats().peakBytes() >> 20;
      return List.of(
          new Row(
              name(),
              "f32 GPT-2 124M 4x64 step",
              1000 * Stopwatch.median(seconds),
              1000 * seconds[RUNS - 1],
              "ms",
              1000 * limit),
          new Row(name(), "f32 GPT-2 124M 4x64 peak memory", peak, peak, "MiB", Double.NaN));
    }
  }

  private static void step(Gpt2 model, AdamW optimizer, Device device) {
    model.parameters().zeroGrad();
    try (Tape tape = new Tape()) {
      Tensor loss = model.loss(batch(model.config(), device));
      tape.backward(loss);
      Clip.globalNorm(model.parameters(), 1.0);
      optimizer.step(1e-4);
    }
  }

  private static Tensor batch(Gpt2Config config, Device device) {
    Philox random = new Philox(2, Philox.Purpose.SHUFFLE, 0, 0);
    int[] ids = new int[ROWS * (LENGTH + 1)];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = random.nextInt(config.vocabulary());
    }
    return Tensor.ids(device, Shape.of(ROWS, LENGTH + 1), ids);
  }
}
