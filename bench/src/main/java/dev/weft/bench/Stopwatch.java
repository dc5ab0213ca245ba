package dev.weft.bench;

import dev.weft.tensor.Device;
import java.util.Arrays;

/// Times a piece of work again and again.
final class Stopwatch {
  private Stopwatch() {}

  /// Seconds of each of `runs` runs of `work` on a device, sorted, after it ran for `warmUp`
  /// seconds.
  static double[] seconds(Device device, Runnable work, double warmUp, int runs) {
    long start = System.nanoTime();
    do {
      work.run();
      device.synchronize();
    } while (System.nanoTime() - start < warmUp * 1e9);
    double[] seconds = new double[runs];
    for (int i = 0; i < runs; i++) {
      long begin = System.nanoTime();
      work.run();
      device.synchronize();
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
