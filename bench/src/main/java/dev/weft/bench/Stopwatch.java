package dev.weft.bench;

import java.util.Arrays;
import java.util.function.DoubleSupplier;

/// Times a piece of work again and again.
final class Stopwatch {
  /// Slow work is repeated no longer than this, but [#LEAST] times.
  private static final double PATIENCE = 5;

  private static final int LEAST = 3;

  private Stopwatch() {}

  /// Seconds of each of `runs` runs of `work`, sorted, after it ran for `warmUp` seconds and at
  /// least once; of slow work fewer runs. The work returns when it is done.
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
    long begin = System.nanoTime();
    double[] seconds = new double[runs];
    int done = 0;
    while (done < Math.min(LEAST, runs)
        || done < runs && System.nanoTime() - begin < PATIENCE * 1e9) {
      seconds[done++] = work.getAsDouble();
    }
    seconds = Arrays.copyOf(seconds, done);
    Arrays.sort(seconds);
    return seconds;
  }

  /// The middle of sorted values.
  static double median(double[] sorted) {
    int n = sorted.length;
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }
}
