package dev.weft.bench;

import dev.weft.bench.engine.Engine;
import dev.weft.bench.engine.ProductWork;
import dev.weft.tensor.Philox;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Matrix products in F32: both sides as they are, as in training, and a weight that was laid out
/// before, as in inference. The limit is the peak of fused multiply-adds.
final class Gemm implements Benchmark {
  private static final int[][] DENSE = {
    {512, 512, 512}, {1024, 1024, 1024}, {2048, 2048, 2048}, {512, 768, 3072}
  };
  private static final int[][] PACKED = {
    {8, 768, 3072},
    {32, 256, 1024},
    {32, 768, 3072},
    {64, 512, 2048},
    {512, 768, 3072}
  };
  private static final int RUNS = 15;

  /// Share of the largest value by which two orders of summation may differ.
  private static final double TOLERANCE = 5e-6;

  @Override
  public String name() {
    return "gemm";
  }

  @Override
  public List<Row> run(Setting setting) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (int[] shape : DENSE) {
      measure(setting, shape, false, rows);
    }
    for (int[] shape : PACKED) {
      measure(setting, shape, true, rows);
    }
    if (setting.engine() instanceof WeftEngine weft) {
      rows.addAll(Fused.measure(setting, weft.device()));
    }
    return rows;
  }

  private static ProductWork work(int[] shape, boolean packed) {
    Philox random = new Philox(1, Philox.Purpose.INITIALISATION, 0, 0);
    int m = shape[0];
    int k = shape[1];
    int n = shape[2];
    return new ProductWork(m, k, n, packed, evenly(random, m * k), evenly(random, k * n));
  }

  private static float[] evenly(Philox random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextUniform() - 0.5f;
    }
    return values;
  }

  private void measure(Setting setting, int[] shape, boolean packed, List<Row> rows)
      throws IOException {
    String size = shape[0] + "x" + shape[1] + "x" + shape[2];
    String variant = (packed ? "f32 packed " : "f32 dense ") + size;
    if (!setting.wants(variant)) {
      return;
    }
    ProductWork work = work(shape, packed);
    try (Engine.Product product = setting.engine().product(work)) {
      if (product == null || !setting.accepts(() -> check(setting, work, product, variant))) {
        return;
      }
      double gigaflop = 2e-9 * work.m() * work.k() * work.n();
      int repeats = Math.max(1, (int) (2 / gigaflop));
      Runnable all =
          () -> {
            for (int i = 0; i < repeats; i++) {
              product.run();
            }
          };
      Setting.Timed timed = setting.timedComputing(() -> Stopwatch.seconds(all, 3, RUNS));
      double bytes = 4.0 * (work.a().length + work.b().length + (double) work.m() * work.n());
      rows.add(
          Row.rate(
                  name(),
                  variant,
                  gigaflop * repeats,
                  timed.seconds(),
                  "GFLOP/s",
                  timed.gigaflops())
              .taking(1e9, bytes / gigaflop));
    }
  }

  private static void check(
      Setting setting, ProductWork work, Engine.Product product, String variant)
      throws IOException {
    if (setting.reference() != null) {
      product.run();
      try (Engine.Product wanted = setting.reference().product(work)) {
        wanted.run();
        Setting.requireSame("gemm " + variant, product.result(), wanted.result(), TOLERANCE);
      }
    }
  }
}
