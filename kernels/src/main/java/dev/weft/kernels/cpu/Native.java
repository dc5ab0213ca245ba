package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.ALL;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/// Single floats at native addresses.
final class Native {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /// 192 bytes of zeros, never written: what a product's chains start from.
  static final long ZEROS = Arena.global().allocate(Panels.ROW_BYTES, 64).address();

  private Native() {}

  static float get(long address) {
    return ALL.get(FLOAT, address);
  }

  static void set(long address, float value) {
    ALL.set(FLOAT, address, value);
  }

  /// Sets bytes to 0.
  static void zero(long address, long bytes) {
    ALL.asSlice(address, bytes).fill((byte) 0);
  }
}
