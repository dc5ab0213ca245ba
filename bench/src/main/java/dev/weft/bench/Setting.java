package dev.weft.bench;

import dev.weft.bench.engine.Engine;
import dev.weft.tensor.Device;
import dev.weft.tensor.MachineLimits;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Pattern;

/// Who is measured, and beside what.
///
/// @param engine does the works
/// @param reference Weft, whose results a peer must have before it is timed; null for Weft itself
/// @param device whose limits are measured beside Weft's figures; null for a peer
/// @param threads of the engine
/// @param only what a variant must contain to be measured
/// @param turn waits until others have measured the variant before
record Setting(
    Engine engine, WeftEngine reference, Device device, int threads, Pattern only, Runnable turn) {

  /// Of one who measures alone.
  Setting(Engine engine, WeftEngine reference, Device device, int threads, Pattern only) {
    this(engine, reference, device, threads, only, () -> {});
  }

  /// Whether this variant is to be measured, now: each is asked for once, by all in one order.
  boolean wants(String variant) {
    boolean wanted = only.matcher(variant).find();
    if (wanted) {
      turn.run();
    }
    return wanted;
  }

  /// GFLOP/s of the hardware, measured now, or NaN.
  double gigaflops() {
    MachineLimits limits = device == null ? null : device.limits();
    return limits == null ? Double.NaN : limits.flops(threads) / 1e9;
  }

  /// Bytes per second that the hardware reads, measured now, or NaN.
  double bandwidth() {
    MachineLimits limits = device == null ? null : device.limits();
    return limits == null ? Double.NaN : limits.readBandwidth(threads);
  }

  /// Refuses a peer's result that is not Weft's: farther off than `share` of the largest value.
  static void requireSame(String work, float[] found, float[] wanted, double share)
      throws IOException {
    if (found.length != wanted.length) {
      throw new IOException(
          work + ": the peer has " + found.length + " values but Weft " + wanted.length);
    }
    double largest = 0;
    double worst = 0;
    for (int i = 0; i < wanted.length; i++) {
      largest = Math.max(largest, Math.abs(wanted[i]));
      double difference = Math.abs((double) found[i] - wanted[i]);
      worst = Math.max(worst, difference); // of NaN it is NaN
    }
    if (!(worst <= share * largest)) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: the peer is off by %.2e where Weft's largest value is %.2e; allowed is %.0e of it",
              work,
              worst,
              largest,
              share));
    }
  }
}
