package dev.weft.bench;

import dev.weft.decoding.LanguageModel;
import dev.weft.gpt2.Gpt2;
import dev.weft.gpt2.Gpt2Config;
import dev.weft.gpt2.Gpt2Inference;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import java.util.List;

/// GPT-2 124M with random weights reads a prompt of 512 tokens and gives the last logits.
final class Prefill implements Benchmark {
  private static final int LENGTH = 512;
  private static final int RUNS = 9;

  @Override
  public String name() {
    return "prefill";
  }

  @Override
  public List<Row> run(Device device, int threads) {
    try (Gpt2 weights = Gpt2.create(Gpt2Config.SMALL, device, DType.F32, 1);
        Gpt2Inference model = Gpt2Inference.of(weights, DType.F32)) {
      int[][] prompt = {Decode.ids(LENGTH)};
      double before = Limits.gigaflops(device, threads);
      double[] seconds =
          Stopwatch.seconds(
              device,
              () -> {
                try (LanguageModel.Session session = model.open(1)) {
                  session.feed(prompt);
                }
              },
              8,
              RUNS);
      double peak = (before + Limits.gigaflops(device, threads)) / 2 * 1e9;
      return List.of(
          new Row(
              name(),
              "f32 GPT-2 124M, 512 tokens",
              LENGTH / Stopwatch.median(seconds),
              LENGTH / seconds[RUNS - 1],
              "tokens/s",
              LENGTH * peak / flops(weights.config())));
    }
  }

  /// All products of the blocks, attention over half the context on average, the head once.
  private static double flops(Gpt2Config config) {
    double head = 2.0 * config.vocabulary() * config.width();
    return LENGTH * (config.flopsPerToken(LENGTH / 2) - head) + head;
  }
}
