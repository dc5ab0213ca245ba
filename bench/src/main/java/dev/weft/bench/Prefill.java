package dev.weft.bench;

import dev.weft.bench.engine.Engine;
import dev.weft.gpt2.Gpt2Config;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// GPT-2 124M reads a prompt and gives the last logits. The limit is its operations at the peak of
/// fused multiply-adds in F32.
final class Prefill implements Benchmark {
  private static final int RUNS = 7;

  private record Variant(String dtype, int length) {
    @Override
    public String toString() {
      return dtype + " GPT-2 124M, " + length + " tokens";
    }
  }

  private static final List<Variant> ALL =
      List.of(
          new Variant("f32", 512),
          new Variant("f32", 128),
          new Variant("f32", 1024),
          new Variant("bf16", 512),
          new Variant("int8", 512));

  @Override
  public String name() {
    return "prefill";
  }

  @Override
  public List<Row> run(Setting setting) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (Variant variant : ALL) {
      if (!setting.wants(variant.toString())) {
        continue;
      }
      try (Engine.TextModel model = setting.engine().textModel(variant.dtype, 1)) {
        if (model != null
            && setting.accepts(
                () -> Decode.check(setting, model, variant.dtype, 1, variant.length))) {
          rows.add(measure(setting, model, variant));
        }
      }
    }
    return rows;
  }

  private Row measure(Setting setting, Engine.TextModel model, Variant variant) throws IOException {
    int[][] prompt = {Decode.ids(0, variant.length)};
    Setting.Timed timed =
        setting.timedComputing(() -> Stopwatch.seconds(() -> model.read(prompt), 6, RUNS));
    double flops = flops(variant.length) / variant.length;
    double bytes = Decode.weightBytes(variant.dtype) / variant.length;
    double limit = timed.gigaflops() * 1e9 / flops;
    String name = variant.toString();
    return Row.rate(name(), name, variant.length, timed.seconds(), "tokens/s", limit)
        .taking(flops, bytes);
  }

  /// All products of the blocks, attention over half the context on average, the head once.
  private static double flops(int length) {
    Gpt2Config config = Gpt2Config.SMALL;
    double head = 2.0 * config.vocabulary() * config.width();
    return length * (config.flopsPerToken(length / 2) - head) + head;
  }
}
