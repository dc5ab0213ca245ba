package dev.weft.cli;

import dev.weft.tensor.Activation;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.MachineLimits;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How fast a device's matrix product is, beside what the hardware can do: a kernel that the JIT
/// compiled badly is many times slower, and nothing else would show it.
///
/// @param gflops the best of the products within 50 ms, once they are warm
/// @param peak what the hardware can do, in GFLOP/s; 0 where nothing is known of it
record KernelCheck(double gflops, double peak) {
  private static final double SLOW = 0.4;
  private static final int SIDE = 768;
  private static final int MOST_ROWS = 192;
  private static final long WARM_UP = 300_000_000;
  private static final long LONGEST_WARM_UP = 3_000_000_000L;
  private static final long MEASURE = 50_000_000;
  private static final Pattern THREADS = Pattern.compile("(\\d+) threads?");

  /// Whether the kernels run far below what the hardware can do.
  boolean slow() {
    return peak > 0 && !(gflops >= SLOW * peak);
  }

  static KernelCheck of(Device device) {
    MachineLimits limits = device.limits();
    Matcher threads = THREADS.matcher(device.description());
    int count = threads.find() ? Integer.parseInt(threads.group(1)) : 1;
    double peak = limits == null || !limits.threaded() ? 0 : limits.flops(count) * 1e-9;
    return new KernelCheck(gflops(device, peak), peak);
  }

  private static double gflops(Device device, double peak) {
    try (Scope scope = new Scope()) {
      Tensor x = Tensor.full(device, DType.F32, Shape.of(MOST_ROWS, SIDE), 0.5);
      Weight w =
          Weight.pack(Tensor.full(device, DType.F32, Shape.of(SIDE, SIDE), 0.25), DType.F32, scope);
      int rows = 8; // few while the code is interpreted
      long start = System.nanoTime();
      long warm = WARM_UP;
      for (long elapsed = 0; elapsed < warm; elapsed = System.nanoTime() - start) {
        long nanos = nanos(x, w, rows);
        boolean slow = new KernelCheck(2.0 * rows * SIDE * SIDE / nanos, peak).slow();
        warm = slow ? LONGEST_WARM_UP : WARM_UP; // the JIT may be late; it may not be absent
        rows = nanos < 1_000_000 ? Math.min(MOST_ROWS, 2 * rows) : rows;
      }
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
}
