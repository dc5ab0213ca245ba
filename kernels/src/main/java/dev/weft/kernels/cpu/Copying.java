package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.FLOAT;
import static dev.weft.kernels.cpu.Strided.LONG;
import static dev.weft.kernels.cpu.Strided.SHORT;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.F;
import static dev.weft.kernels.cpu.Vectors.I;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;
import static dev.weft.kernels.cpu.Vectors.S;
import static dev.weft.kernels.cpu.Vectors.all;
import static dev.weft.kernels.cpu.Vectors.load;
import static dev.weft.kernels.cpu.Vectors.store;

import dev.weft.tensor.DType;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Halves;
import dev.weft.tensor.Tensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/// Filling, copying between layouts, and conversion between types.
final class Copying {
  private final Team team;

  Copying(Team team) {
    this.team = team;
  }

  void fill(Tensor x, double value) {
    long bits =
        switch (x.dtype()) {
          case F32 -> Float.floatToRawIntBits((float) value);
          case F64 -> Double.doubleToRawLongBits(value);
          case BF16 -> Halves.toBf16((float) value);
          case F16 -> Float.floatToFloat16((float) value);
          case I32 -> (int) value;
          case I8 -> (byte) value;
          case BOOL -> value != 0 ? 1 : 0;
        };
    int size = x.dtype().bytes();
    new Walk(x).run(team, (at, n) -> fill(size, at[0], bits, n));
  }

  private static void fill(int size, long y, long bits, int n) {
    switch (size) {
      case 1 -> ALL.asSlice(y, n).fill((byte) bits);
      case 2 -> {
        for (int i = 0; i < n; i++) {
          ALL.set(SHORT, y + 2L * i, (short) bits);
        }
      }
      case 4 -> Strided.spread(y, Float.intBitsToFloat((int) bits), n);
      default -> {
        for (int i = 0; i < n; i++) {
          ALL.set(LONG, y + 8L * i, bits);
        }
      }
    }
  }

  /// Any type where it overwrites; F32 where it adds.
  void copy(Grad y, Tensor x) {
    Tensor target = y.tensor();
    if (y.accumulate()) {
      new Walk(target, target, x).run(team, (at, n) -> sum(at[0], at[1], at[2], n));
    } else if (!Transpose.run(team, target, x)) {
      int size = x.dtype().bytes();
      new Walk(target, x).run(team, (at, n) -> Strided.copy(at[0], at[1], (long) n * size));
    }
  }

  private static void sum(long y, long a, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(a + o).add(load(b + o)), y + o);
    }
  }

  /// Whether [#cast] has a loop for these types.
  static boolean casts(DType from, DType to) {
    return switch (from) {
      case F32 -> to == DType.BF16 || to == DType.F16 || to == DType.I32 || to == DType.BOOL;
      case BF16, F16, I32, BOOL -> to == DType.F32;
      case F64, I8 -> false;
    };
  }

  void cast(Tensor y, Tensor x) {
    Walk walk = new Walk(y, x);
    if (x.dtype() == DType.F32) {
      switch (y.dtype()) {
        case BF16 -> walk.run(team, (at, n) -> toBf16(at[0], at[1], n));
        case F16 -> walk.run(team, (at, n) -> toF16(at[0], at[1], n));
        case I32 -> walk.run(team, (at, n) -> toI32(at[0], at[1], n));
        case BOOL -> walk.run(team, (at, n) -> toBool(at[0], at[1], n));
        case F32, F64, I8 -> throw new IllegalArgumentException("cast: F32 to " + y.dtype());
      }
    } else {
      switch (x.dtype()) {
        case BF16 -> walk.run(team, (at, n) -> fromBf16(at[0], at[1], n));
        case F16 -> walk.run(team, (at, n) -> fromF16(at[0], at[1], n));
        case I32 -> walk.run(team, (at, n) -> fromI32(at[0], at[1], n));
        case BOOL -> walk.run(team, (at, n) -> fromBool(at[0], at[1], n));
        case F32, F64, I8 -> throw new IllegalArgumentException("cast: " + x.dtype() + " to F32");
      }
    }
  }

  /// As [Halves#toBf16], in the upper halves; what stands in the lower ones is to be dropped.
  static IntVector toBf16(FloatVector v) {
    IntVector bits = v.reinterpretAsInts();
    IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
    IntVector rounded = bits.add(odd).add(0x7fff);
    IntVector nan = bits.or(0x40_0000);
    return rounded.blend(nan, v.compare(VectorOperators.NE, v).cast(I));
  }

  private static void toBf16(long y, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      toBf16(load(x + 4L * i))
          .lanewise(VectorOperators.LSHR, 16)
          .convertShape(VectorOperators.I2S, S, 0)
          .intoMemorySegment(ALL, y + 2L * i, LITTLE);
    }
  }

  private static void fromBf16(long y, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      ints(x + 2L * i)
          .lanewise(VectorOperators.LSHL, 16)
          .intoMemorySegment(ALL, y + 4L * i, LITTLE);
    }
  }

  private static IntVector ints(long shorts) {
    return (IntVector)
        ShortVector.fromMemorySegment(S, ALL, shorts, LITTLE)
            .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0);
  }

  private static void toF16(long y, long x, int n) {
    for (int i = 0; i < n; i++) {
      ALL.set(SHORT, y + 2L * i, Float.floatToFloat16(ALL.get(FLOAT, x + 4L * i)));
    }
  }

  /// Exponent and fraction moved into place are the value times 2^−112, also where F16 is
  /// subnormal.
  private static void fromF16(long y, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      IntVector half = ints(x + 2L * i);
      IntVector magnitude = half.and(0x7fff).lanewise(VectorOperators.LSHL, 13);
      IntVector scaled = magnitude.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
      IntVector special = magnitude.or(0x7f80_0000); // ∞ and NaN
      scaled = scaled.blend(special, magnitude.compare(VectorOperators.GE, 0x7c00 << 13));
      IntVector sign = half.and(0x8000).lanewise(VectorOperators.LSHL, 16);
      scaled.or(sign).intoMemorySegment(ALL, y + 4L * i, LITTLE);
    }
  }

  private static void toI32(long y, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      load(x + 4L * i)
          .convertShape(VectorOperators.F2I, I, 0)
          .intoMemorySegment(ALL, y + 4L * i, LITTLE);
    }
  }

  private static void fromI32(long y, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      IntVector.fromMemorySegment(I, ALL, x + 4L * i, LITTLE)
          .convertShape(VectorOperators.I2F, F, 0)
          .intoMemorySegment(ALL, y + 4L * i, LITTLE);
    }
  }

  private static void toBool(long y, long x, int n) {
    for (int i = 0; i < n; i += 16) {
      long bits = 0;
      for (int j = i + 16 - LANES; j >= i; j -= LANES) {
        bits = bits << LANES | load(x + 4L * j).compare(VectorOperators.NE, 0f).toLong();
      }
      Bytes.store(bits, y + i);
    }
  }

  private static void fromBool(long y, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      store(all(0f).blend(1f, Bytes.mask(x + i)), y + 4L * i);
    }
  }
}
