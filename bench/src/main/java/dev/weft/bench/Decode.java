package dev.weft.bench;

import dev.weft.bench.engine.Engine;
import dev.weft.gpt2.Gpt2Config;
import dev.weft.tensor.Weight;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// GPT-2 124M, one token at a time for each of some sequences side by side, 64 tokens from a
/// context on. The limit is the time to read weights and caches once at the bandwidth of the same
/// run, or, where that takes longer, the operations at the peak of fused multiply-adds. On a device
/// that records steps (CUDA graphs) each is measured without that, too.
final class Decode implements Benchmark {
  private static final int TOKENS = 64;
  private static final int RUNS = 5;

  /// Tokens of all prompts that are compared; a single one leaves room for two steps.
  private static final int MOST = Gpt2Config.SMALL.context() - 2;

  /// What peers' logits may be off by, as a share of the largest one. A narrow type is rounded
  /// otherwise by each engine, which may round what goes into its products, too.
  private static final Map<String, Double> TOLERANCES =
      Map.of("f32", 1e-5, "bf16", 0.03, "int8", 0.1);

  private record Variant(String dtype, int rows, int context) {
    @Override
    public String toString() {
      return dtype + " GPT-2 124M, batch " + rows + ", context " + context;
    }

    /// Matrices and head once; of each cache what is filled half-way.
    double bytes() {
      double caches = (double) rows * Gpt2Config.SMALL.cacheBytes(context + TOKENS / 2);
      return weightBytes(dtype) + caches;
    }

    double flops() {
      return rows * Gpt2Config.SMALL.flopsPerToken(context + TOKENS / 2);
    }
  }

  private static final List<Variant> ALL =
      List.of(
          new Variant("f32", 1, 128),
          new Variant("bf16", 1, 128),
          new Variant("int8", 1, 128),
          new Variant("f32", 8, 128),
          new Variant("bf16", 8, 128),
          new Variant("int8", 8, 128),
          new Variant("f32", 32, 128),
          new Variant("bf16", 32, 128),
          new Variant("int8", 32, 128),
          new Variant("f32", 1, 256),
          new Variant("f32", 1, 512),
          new Variant("f32", 1, 960),
          new Variant("bf16", 1, 960),
          new Variant("int8", 1, 960));

  @Override
  public String name() {
    return "decode";
  }

  @Override
  public List<Row> run(Setting setting) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (Variant variant : ALL) {
      if (!setting.wants(variant.toString())) {
        continue;
      }
      try (Engine.TextModel model = setting.engine().textModel(variant.dtype, variant.rows)) {
        if (model != null
            && setting.accepts(
                () -> check(setting, model, variant.dtype, variant.rows, variant.context))) {
          rows.add(measure(setting, model, variant, ""));
          if (model instanceof WeftText text && text.stopRecording()) {
            rows.add(measure(setting, model, variant, ", no graph"));
          }
        }
      }
    }
    if (setting.engine() instanceof WeftEngine weft) {
      rows.addAll(DecodeGrowth.measure(setting, weft.device()));
    }
    return rows;
  }

  /// Bytes of all matrices of GPT-2 124M, the head among them.
  static double weightBytes(String dtype) {
    return weightBytes(dtype, Gpt2Config.SMALL);
  }

  /// The same of another model.
  static double weightBytes(String dtype, Gpt2Config config) {
    double each =
        switch (dtype) {
          case "bf16" -> 2;
          case "int8" -> 1 + 4.0 / Weight.GROUP; // and a scale for so many k
          default -> 4;
        };
    double c = config.width();
    return each * (config.layers() * 12 * c * c + config.vocabulary() * c);
  }

  private Row measure(Setting setting, Engine.TextModel model, Variant variant, String how)
      throws IOException {
    Setting.Timed timed =
        setting.timed(() -> Stopwatch.ownSeconds(() -> run(model, variant), 4, RUNS));
    double reading = variant.bytes() / timed.bandwidth();
    double computing = variant.flops() / (timed.gigaflops() * 1e9);
    double limit = variant.rows / Math.max(reading, computing);
    int tokens = variant.rows * TOKENS;
    return Row.rate(name(), variant + how, tokens, timed.seconds(), "tokens/s", limit)
        .taking(variant.flops() / variant.rows, variant.bytes() / variant.rows);
  }

  /// Seconds of all tokens after the prompt.
  private static double run(Engine.TextModel model, Variant variant) {
    model.read(prompts(variant.rows, variant.context));
    int[] ids = new int[variant.rows];
    long start = System.nanoTime();
    for (int i = 0; i < TOKENS; i++) {
      Arrays.fill(ids, i);
      model.step(ids);
    }
    return (System.nanoTime() - start) * 1e-9;
  }

  /// Refuses a peer whose logits are not Weft's, with prompts as long as those that are timed, or
  /// shorter where there are many.
  static void check(Setting setting, Engine.TextModel model, String dtype, int rows, int length)
      throws IOException {
    if (setting.reference() == null) {
      return;
    }
    int checked = Math.min(length, MOST / rows);
    String work = "GPT-2 124M " + dtype + ", " + rows + " rows of " + checked;
    try (Engine.TextModel wanted = setting.reference().textModel(dtype, rows)) {
      requireSame(work, model, wanted, dtype, prompts(rows, checked));
    }
  }

  /// Refuses logits that are not the wanted ones, after a prompt and after two steps.
  static void requireSame(
      String work, Engine.TextModel model, Engine.TextModel wanted, String dtype, int[][] prompts)
      throws IOException {
    double tolerance = TOLERANCES.get(dtype);
    wanted.read(prompts);
    model.read(prompts);
    Setting.requireSame(work + ", prompt", model.logits(), wanted.logits(), tolerance);
    int[] next = new int[prompts.length];
    for (int step = 1; step <= 2; step++) {
      Arrays.setAll(next, r -> 1000 * r + 7);
      wanted.step(next);
      model.step(next);
    }
    Setting.requireSame(work + ", cached", model.logits(), wanted.logits(), tolerance);
  }

  /// Prompts of some rows.
  static int[][] prompts(int rows, int length) {
    int[][] prompts = new int[rows][];
    Arrays.setAll(prompts, r -> ids(r, length));
    return prompts;
  }

  /// Ids of a row.
  static int[] ids(int row, int count) {
    int[] ids = new int[count];
    Arrays.setAll(ids, i -> (i * 97 + row * 1009) % 50257);
    return ids;
  }
}
