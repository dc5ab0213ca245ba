package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.F;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;
import static dev.weft.kernels.cpu.Vectors.first;
import static dev.weft.kernels.cpu.Vectors.load;
import static dev.weft.kernels.cpu.Vectors.store;

import dev.weft.tensor.Elementary;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The vector loops of a draw, over pieces of a row.
final class DrawLoops {
  private static final VectorSpecies<Double> D =
      switch (F.vectorBitSize()) {
        case 128 -> DoubleVector.SPECIES_128;
        case 256 -> DoubleVector.SPECIES_256;
        default -> DoubleVector.SPECIES_512;
      };

  /// As many floats as [#D] has doubles.
  private static final VectorSpecies<Float> HALF =
      switch (F.vectorBitSize()) {
        case 128 -> FloatVector.SPECIES_64;
        case 256 -> FloatVector.SPECIES_128;
        default -> FloatVector.SPECIES_256;
      };

  private static final int DOUBLES = D.length();

  /// Below this the mass of a logit beside the largest is 0.
  private static final double LEAST = -40;

  /// Values are sorted into bins by how far they lie below the largest.
  static final int BINS_PER_UNIT = 12;

  static final int BIN_BITS = 9; // for 40 · 12 bins
  static final int BIN_MASK = (1 << BIN_BITS) - 1;

  private static final long ROUNDER_BITS = Double.doubleToRawLongBits(Elementary.ROUNDER_DOUBLE);
  private static final DoubleVector ROUNDER = each(Elementary.ROUNDER_DOUBLE);
  private static final DoubleVector LOG2_E = each(Elementary.LOG2_E_DOUBLE);
  private static final DoubleVector MINUS_LN2_HIGH = each(-Elementary.LN2_HIGH_DOUBLE);
  private static final DoubleVector MINUS_LN2_LOW = each(-Elementary.LN2_LOW_DOUBLE);
  private static final DoubleVector MINUS_BINS = each(-BINS_PER_UNIT);
  private static final DoubleVector SCALE = each(Elementary.MASS);
  private static final DoubleVector ONE = each(1);
  private static final DoubleVector T2 = each(0.5); // 1/2!, 1/3! …
  private static final DoubleVector T3 = each(1 / 6.0);
  private static final DoubleVector T4 = each(1 / 24.0);
  private static final DoubleVector T5 = each(1 / 120.0);
  private static final DoubleVector T6 = each(1 / 720.0);
  private static final DoubleVector T7 = each(1 / 5040.0);
  private static final DoubleVector T8 = each(1 / 40320.0);
  private static final DoubleVector T9 = each(1 / 362880.0);
  private static final DoubleVector T10 = each(1 / 3628800.0);
  private static final DoubleVector T11 = each(1 / 39916800.0);
  private static final DoubleVector T12 = each(1 / 479001600.0);
  private static final DoubleVector T13 = each(1 / 6227020800.0);

  private DrawLoops() {}

  private static DoubleVector each(double value) {
    return DoubleVector.broadcast(D, value);
  }

  /// z = x / divisor.
  static void scale(long z, long x, int n, float divisor) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      store(load(x + 4L * i).div(divisor), z + 4L * i);
    }
    if (i < n) {
      VectorMask<Float> mask = first(n - i);
      store(load(x + 4L * i, mask).div(divisor), z + 4L * i, mask);
    }
  }

  /// masses[i] = [Elementary#mass] of z[i] beside `max`, shifted left by [#BIN_BITS], and below it
  /// the number of its bin; for n floats, a multiple of the vectors' length.
  static void masses(long masses, long z, int n, float max) {
    for (int i = 0; i < n; i += DOUBLES) {
      FloatVector narrow = FloatVector.fromMemorySegment(HALF, ALL, z + 4L * i, LITTLE);
      DoubleVector x = (DoubleVector) narrow.convertShape(VectorOperators.F2D, D, 0);
      x = x.sub(max).max(LEAST);
      DoubleVector shifted = x.fma(LOG2_E, ROUNDER);
      LongVector exponent = shifted.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52);
      DoubleVector count = shifted.sub(ROUNDER);
      DoubleVector r = count.fma(MINUS_LN2_LOW, count.fma(MINUS_LN2_HIGH, x));
      DoubleVector y = r.fma(T13, T12);
      y = y.fma(r, T11);
      y = y.fma(r, T10);
      y = y.fma(r, T9);
      y = y.fma(r, T8);
      y = y.fma(r, T7);
      y = y.fma(r, T6);
      y = y.fma(r, T5);
      y = y.fma(r, T4);
      y = y.fma(r, T3);
      y = y.fma(r, T2);
      y = y.fma(r, ONE);
      y = y.fma(r, ONE);
      y = y.reinterpretAsLongs().add(exponent).reinterpretAsDoubles();
      LongVector mass = y.fma(SCALE, ROUNDER).reinterpretAsLongs().sub(ROUNDER_BITS);
      LongVector bin = x.fma(MINUS_BINS, ROUNDER).reinterpretAsLongs().and(BIN_MASK);
      mass.lanewise(VectorOperators.LSHL, BIN_BITS)
          .or(bin)
          .intoMemorySegment(ALL, masses + 8L * i, LITTLE);
    }
  }

  /// The bin of one value, as [#masses] has it.
  static int bin(float z, float max) {
    double x = Math.max((double) z - max, LEAST);
    return (int)
        (Math.fma(x, -BINS_PER_UNIT, Elementary.ROUNDER_DOUBLE) - Elementary.ROUNDER_DOUBLE);
  }

  /// Adds n weights (a multiple of sixteen) to the sixteen lanes in double, from 0.
  static void lanes(double[] lanes, long weights, int n) {
    for (int lane = 0; lane < 16; lane += DOUBLES) {
      DoubleVector sum = DoubleVector.zero(D);
      for (int i = lane; i < n; i += 16) {
        FloatVector narrow = FloatVector.fromMemorySegment(HALF, ALL, weights + 4L * i, LITTLE);
        sum = sum.add(narrow.convertShape(VectorOperators.F2D, D, 0));
      }
      sum.intoArray(lanes, lane);
    }
  }

  /// z = −∞ where it is below `least`.
  static void dropBelow(long z, int n, float least) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector v = load(z + 4L * i);
      store(v.blend(Float.NEGATIVE_INFINITY, v.compare(VectorOperators.LT, least)), z + 4L * i);
    }
    if (i < n) {
      VectorMask<Float> mask = first(n - i);
      FloatVector v = load(z + 4L * i, mask);
      v = v.blend(Float.NEGATIVE_INFINITY, v.compare(VectorOperators.LT, least));
      store(v, z + 4L * i, mask);
    }
  }

  /// Whether any of a vector's values lies in [least, most].
  static boolean anyWithin(long z, float least, float most) {
    FloatVector v = load(z);
    return v.compare(VectorOperators.GE, least).and(v.compare(VectorOperators.LE, most)).anyTrue();
  }
}
