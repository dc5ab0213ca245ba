package dev.weft.bench;

import dev.weft.tensor.Device;
import dev.weft.tensor.MachineLimits;
import java.util.ArrayList;
import java.util.List;

/// What the machine itself can do: every other benchmark is printed beside it.
final class Limits implements Benchmark {
  @Override
  public String name() {
    return "limits";
  }

  @Override
  public List<Row> run(Device device, int threads) {
    MachineLimits limits = device.limits();
    List<Row> rows = new ArrayList<>();
    if (limits == null) {
      return rows;
    }
    for (int n = 1; n <= (limits.threaded() ? threads : 1); n++) {
      String on = limits.threaded() ? ", " + n + " threads" : "";
      rows.add(rate("f32 fused multiply-adds" + on, limits.flops(n) / 1e9, "GFLOP/s"));
      rows.add(rate("f32 read" + on, limits.readBandwidth(n) / 1e9, "GB/s"));
    }
    return rows;
  }

  private static Row rate(String variant, double value, String unit) {
    return new Row("limits", variant, value, value, unit, Double.NaN);
  }

  /// GFLOP/s of the device's hardware on `threads` threads, or NaN.
  static double gigaflops(Device device, int threads) {
    return device.limits() == null ? Double.NaN : device.limits().flops(threads) / 1e9;
  }

  /// Bytes per second that the hardware reads on `threads` threads, or NaN.
  static double bandwidth(Device device, int threads) {
    return device.limits() == null ? Double.NaN : device.limits().readBandwidth(threads);
  }
}
