package dev.weft.bench;

import dev.weft.gpt2.Gpt2;
import dev.weft.gpt2.Gpt2Config;
import dev.weft.gpt2.Gpt2Inference;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What a token costs Weft as GPT-2 124M gets fewer layers, or a smaller vocabulary: the same
/// width, F32, one sequence. The limit is one reading of weights and cache.
final class DecodeGrowth {
  private static final int CONTEXT = 128;
  private static final int TOKENS = 32;
  private static final int RUNS = 5;

  private DecodeGrowth() {}

  static List<Row> measure(Setting setting, Device device) throws IOException {
    Gpt2Config small = Gpt2Config.SMALL;
    List<Row> rows = new ArrayList<>();
    for (int layers : new int[] {3, 6, 9, 12}) {
      String variant = "f32 token of GPT-2 with " + layers + " layers";
      if (setting.wants(variant)) {
        rows.add(measure(setting, device, variant, layers, small.vocabulary()));
      }
    }
    for (int vocabulary : new int[] {1_000, 10_000, 25_000, 50_257}) {
      String variant = "f32 token of 12 layers, vocabulary " + vocabulary;
      if (setting.wants(variant)) {
        rows.add(measure(setting, device, variant, small.layers(), vocabulary));
      }
    }
    return rows;
  }

  private static Row measure(
      Setting setting, Device device, String variant, int layers, int vocabulary)
      throws IOException {
    Gpt2Config small = Gpt2Config.SMALL;
    Gpt2Config config =
        new Gpt2Config(
            vocabulary,
            small.context(),
            small.width(),
            layers,
            small.heads(),
            small.layerNormEps());
    try (Gpt2 weights = Gpt2.create(config, device, DType.F32, 1);
        WeftText model = new WeftText(Gpt2Inference.of(weights, DType.F32), 1)) {
      Setting.Timed timed =
          setting.timedReading(() -> Stopwatch.ownSeconds(() -> run(model, vocabulary), 2, RUNS));
      double bytes = Decode.weightBytes("f32", config) + config.cacheBytes(CONTEXT + TOKENS / 2);
      double limit = 1000 * bytes / timed.bandwidth();
      return Row.time("decode", variant, 1000.0 / TOKENS, timed.seconds(), "ms", limit);
    }
  }

  /// Seconds of all tokens after the prompt.
  private static double run(WeftText model, int vocabulary) {
    int[] prompt = new int[CONTEXT];
    Arrays.setAll(prompt, i -> i * 97 % vocabulary);
    model.read(new int[][] {prompt});
    long start = System.nanoTime();
    for (int i = 0; i < TOKENS; i++) {
      model.step(new int[] {i});
    }
    return (System.nanoTime() - start) * 1e-9;
  }
}
