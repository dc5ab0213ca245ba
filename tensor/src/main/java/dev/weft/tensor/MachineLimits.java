package dev.weft.tensor;

/// What the hardware under a device can do at best, measured when asked: benchmarks and `weft
/// doctor` print each rate beside it.
public interface MachineLimits {
  /// Whether the figures depend on the number of threads; a GPU has all of its own.
  default boolean threaded() {
    return true;
  }

  /// Bits of the vectors that the figures are of; 0 where there are none.
  default int vectorBits() {
    return 0;
  }

  /// Floating-point operations per second in F32 of fused multiply-adds on registers.
  ///
  /// @param threads from 1 to the device's
  double flops(int threads);

  /// Bytes per second when memory far larger than the caches is read from front to back.
  ///
  /// @param threads from 1 to the device's
  double readBandwidth(int threads);
}
