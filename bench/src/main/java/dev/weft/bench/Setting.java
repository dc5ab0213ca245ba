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
/// @param wrong takes a peer's wrong results, or throws them
record Setting(
    Engine engine,
    WeftEngine reference,
    Device device,
    int threads,
    Pattern only,
    Runnable turn,
    Wrong wrong) {

  /// What becomes of a wrong result.
  interface Wrong {
    void take(WrongResult result) throws IOException;
  }

  /// Compares a peer's results with Weft's.
  interface Comparison {
    void run() throws IOException;
  }

  /// Of one who measures alone.
  Setting(Engine engine, WeftEngine reference, Device device, int threads, Pattern only) {
    this(engine, reference, device, threads, only, () -> {});
  }

  /// Of one who ends at a wrong result.
  Setting(
      Engine engine,
      WeftEngine reference,
      Device device,
      int threads,
      Pattern only,
      Runnable turn) {
    this(
        engine,
        reference,
        device,
        threads,
        only,
        turn,
        result -> {
          throw result;
        });
  }

  /// Whether this variant is one of those that are to be measured.
  boolean matches(String variant) {
    return only.matcher(variant).find();
  }

  /// The same, when it is about to be: each is asked for once, by all in one order.
  boolean wants(String variant) {
    boolean wanted = matches(variant);
    if (wanted) {
      turn.run();
    }
    return wanted;
  }

  /// Whether a peer may be timed, for it has Weft's results.
  boolean accepts(Comparison comparison) throws IOException {
    try {
      comparison.run();
      return true;
    } catch (WrongResult result) {
      wrong.take(result);
      return false;
    }
  }

  /// Something to be timed.
  interface Timing {
    /// Seconds of each run, sorted.
    double[] run() throws IOException;
  }

  /// Runs of a work, and what the hardware did just before and after them.
  ///
  /// @param seconds of each run, sorted
  /// @param gigaflops operations per nanosecond, the larger of the two, since the other was
  ///     disturbed; NaN where that was not measured
  /// @param bandwidth bytes per second that it read, on average, since it changes by itself; or NaN
  record Timed(double[] seconds, double gigaflops, double bandwidth) {}

  /// Times a work between two measurements of the hardware.
  Timed timed(Timing work) throws IOException {
    return timed(true, true, work);
  }

  /// The same where only multiply-adds can limit it.
  Timed timedComputing(Timing work) throws IOException {
    return timed(true, false, work);
  }

  /// The same where only reading can limit it.
  Timed timedReading(Timing work) throws IOException {
    return timed(false, true, work);
  }

  private Timed timed(boolean computing, boolean reading, Timing work) throws IOException {
    double gigaflops = computing ? gigaflops() : Double.NaN;
    double bandwidth = reading ? bandwidth() : Double.NaN;
    double[] seconds = work.run();
    return new Timed(
        seconds,
        computing ? Math.max(gigaflops, gigaflops()) : Double.NaN,
        reading ? (bandwidth + bandwidth()) / 2 : Double.NaN);
  }

  /// GFLOP/s of the hardware, measured now, or NaN.
  private double gigaflops() {
    MachineLimits limits = device == null ? null : device.limits();
    return limits == null ? Double.NaN : limits.flops(threads) / 1e9;
  }

  /// Bytes per second that the hardware reads, measured now, or NaN.
  private double bandwidth() {
    MachineLimits limits = device == null ? null : device.limits();
    return limits == null ? Double.NaN : limits.readBandwidth(threads);
  }

  /// Refuses a peer's result that is not Weft's: farther off than `share` of the largest value.
  static void requireSame(String work, float[] found, float[] wanted, double share)
      throws IOException {
    if (found.length != wanted.length) {
      throw new WrongResult(
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
      throw new WrongResult(
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
