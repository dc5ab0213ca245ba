package dev.weft.bench;

import dev.weft.decoding.LanguageModel;
import dev.weft.gpt2.Gpt2;
import dev.weft.gpt2.Gpt2Config;
import dev.weft.gpt2.Gpt2Inference;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// GPT-2 124M with random weights, one token at a time for one sequence, from context 128 to 256.
/// The limit is the time to read weights and cache once at the bandwidth of the same run.
final class Decode implements Benchmark {
  private static final int FROM = 128;
  private static final int TOKENS = 128;
  private static final int RUNS = 5;

  @Override
  public String name() {
    return "decode";
  }

  @Override
  public List<Row> run(Device device, int threads) {
    List<Row> rows = new ArrayList<>();
    try (Gpt2 weights = Gpt2.create(Gpt2Config.SMALL, device, DType.F32, 1)) {
      for (DType dtype : List.of(DType.F32, DType.BF16, DType.I8)) {
        try (Gpt2Inference model = Gpt2Inference.of(weights, dtype)) {
          rows.add(row(model, dtype, device, threads));
        }
      }
    }
    return rows;
  }

  private static Row row(Gpt2Inference model, DType dtype, Device device, int threads) {
    double[] seconds = new double[RUNS];
    double[] bandwidth = new double[RUNS];
    run(model, device); // warm
    for (int i = 0; i < RUNS; i++) {
      seconds[i] = run(model, device);
      bandwidth[i] = Limits.bandwidth(device, threads);
    }
    Arrays.sort(seconds);
    Arrays.sort(bandwidth);
    double limit = Stopwatch.median(bandwidth) / bytesPerToken(dtype);
    String variant =
        (dtype == DType.I8 ? "int8" : dtype.name().toLowerCase(java.util.Locale.ROOT))
            + " GPT-2 124M, batch 1";
    return new Row(
        "decode",
        variant,
        TOKENS / Stopwatch.median(seconds),
        TOKENS / seconds[RUNS - 1],
        "tokens/s",
        limit);
  }

  private static double run(Gpt2Inference model, Device device) {
    try (LanguageModel.Session session = model.open(1)) {
      session.feed(new int[][] {ids(FROM)});
      long start = System.nanoTime();
      for (int i = 0; i < TOKENS; i++) {
        session.feed(new int[][] {{i}});
        device.synchronize(); // the next id depends on it
      }
      return (System.nanoTime() - start) * 1e-9;
    }
  }

  static int[] ids(int count) {
    int[] ids = new int[count];
    Arrays.setAll(ids, i -> i * 97 % 50257);
    return ids;
  }

  /// Matrices, head and half-filled cache, each read once.
  private static double bytesPerToken(DType dtype) {
    Gpt2Config config = Gpt2Config.SMALL;
    double c = config.width();
    double weights = config.layers() * 12 * c * c + config.vocabulary() * c;
    double each = dtype.bytes() + (dtype == DType.I8 ? 4.0 / Weight.GROUP : 0);
    return weights * each + config.cacheBytes(FROM + TOKENS / 2);
  }
}
