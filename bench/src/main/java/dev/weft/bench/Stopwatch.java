package dev.weft.bench;

import java.util.Arrays;
import java.util.function.DoubleSupplier;

/// Times a piece of work again and again.
final class Stopwatch {
  private Stopwatch() {}

  /// Seconds of each of `runs` runs of `work`, sorted, after it ran for `warmUp` seconds and at
  /// least once. The work returns when it is done.
  static double[] seconds(Runnable work, double warmUp, int runs) {
    return ownSeconds(
        () -> {
          long begin = System.nanoTime();
          work.run();
          return (System.nanoTime() - begin) * 1e-9;
        },
        warmUp,
        runs);
  }

  /// The same of work that says itself how many of its seconds count.
  static double[] ownSeconds(DoubleSupplier work, double warmUp, int runs) {
    long start = System.nanoTime();
    do {
      double _ = work.getAsDouble();
    } while (System.nanoTime() - start < warmUp * 1e9);
    double[] seconds = new double[runs];
    for (int i = 0; i < runs; i++) {
      seconds[i] = work.getAsDouble();
    }
    Arrays.sort(seconds);
    return seconds;
  }

  /// The middle of sorted values.
  static double median(double[] sorted) {
    int n = sorted.length;
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }
}
