package dev.weft.cli;

import dev.weft.tensor.Activation;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How fast a device's matrix product is, beside what the processor could do: a kernel that the JIT
/// compiled badly is many times slower, and nothing else would show it.
///
/// @param gflops the best of the products within 50 ms, after half a second to get warm
/// @param peak an estimate of the processor's fused multiply-adds: clock · lanes · 2 a cycle · 2 ·
///     threads; 0 where nothing is known of it
record KernelCheck(double gflops, double peak) {
  /// Below this share of the estimate something is wrong: processors that start one fused
  /// multiply-add a cycle, and clocks that fall under load, still pass.
  private static final double SLOW = 0.25;

  private static final int SIDE = 768;
  private static final int MOST_ROWS = 192;
  private static final long WARM_UP = 500_000_000;
  private static final long MEASURE = 50_000_000;
  private static final Pattern BITS = Pattern.compile("(\\d+)[ -]bits?");
  private static final Pattern THREADS = Pattern.compile("(\\d+) threads?");

  /// Whether the kernels run far below what the processor can do.
  boolean slow() {
    return peak > 0 && gflops < SLOW * peak;
  }

  static KernelCheck of(Device device) {
    double gflops = gflops(device);
    int bits = number(BITS, device.description());
    int threads = number(THREADS, device.description());
    return new KernelCheck(gflops, bits / 8.0 * threads * (bits == 0 ? 0 : gigahertz()));
  }

  private static double gflops(Device device) {
    try (Scope scope = new Scope()) {
      Tensor x = Tensor.full(device, DType.F32, Shape.of(MOST_ROWS, SIDE), 0.5);
      Weight w =
          Weight.pack(Tensor.full(device, DType.F32, Shape.of(SIDE, SIDE), 0.25), DType.F32, scope);
      int rows = 8; // few while the code is interpreted
      long start = System.nanoTime();
      do {
        long nanos = nanos(x, w, rows);
        rows = nanos < 1_000_000 ? Math.min(MOST_ROWS, 2 * rows) : rows;
      } while (System.nanoTime() - start < WARM_UP);
      long best = Long.MAX_VALUE;
      start = System.nanoTime();
      do {
        best = Math.min(best, nanos(x, w, rows));
      } while (System.nanoTime() - start < MEASURE);
      return 2.0 * rows * SIDE * SIDE / best;
    }
  }

  private static long nanos(Tensor x, Weight w, int rows) {
    try (Scope _ = new Scope()) {
      Tensor some = x.slice(0, 0, rows);
      long start = System.nanoTime();
      Ops.linear(some, w, null, Activation.NONE, null);
      x.device().synchronize();
      return System.nanoTime() - start;
    }
  }

  /// The clock under load, from a chain of operations that take a cycle each on every processor.
  private static double gigahertz() {
    long best = Long.MAX_VALUE;
    long value = System.nanoTime();
    int steps = 2_000_000;
    for (int run = 0; run < 20; run++) {
      long start = System.nanoTime();
      value = chain(value, steps, run | 1);
      best = Math.min(best, System.nanoTime() - start);
    }
    return value == 0 ? 0 : 2.0 * steps / best; // the value is used, so that the chain stays
  }

  private static long chain(long value, int steps, long other) {
    for (int i = 0; i < steps; i++) {
      value = (value ^ other) + other;
    }
    return value;
  }

  private static int number(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
  }
}
