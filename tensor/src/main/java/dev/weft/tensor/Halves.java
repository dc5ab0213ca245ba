package dev.weft.tensor;

/// Conversions of the 16-bit type that the JDK lacks: bfloat16, the upper half of a float.
public final class Halves {
  private Halves() {}

  /// The nearest bfloat16, ties to even; NaN stays NaN.
  public static short toBf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
  }

  /// Exact.
  public static float fromBf16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }
}
