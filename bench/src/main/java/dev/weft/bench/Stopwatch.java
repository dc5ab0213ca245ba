package dev.weft.bench;

import java.util.Arrays;

/// Times a piece of work again and again.
final class Stopwatch {
  private Stopwatch() {}

  /// Seconds of each of `runs` runs of `work`, sorted, after it ran for `warmUp` seconds and at
  /// least once. The work returns when it is done.
  static double[] seconds(Runnable work, double warmUp, int runs) {
    long start = System.nanoTime();
    do {
      work.run();
    } while (System.nanoTime() - start < warmUp * 1e9);
    double[] seconds = new double[runs];
    for (int i = 0; i < runs; i++) {
      long begin = System.nanoTime();
      work.run();
      seconds[i] = (System.nanoTime() - begin) * 1e-9;
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
