package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.DOUBLE;
import static dev.weft.kernels.cpu.Strided.FLOAT;
import static dev.weft.kernels.cpu.VectorMath.UP_1;
import static dev.weft.kernels.cpu.VectorMath.UP_2;
import static dev.weft.kernels.cpu.VectorMath.UP_4;
import static dev.weft.kernels.cpu.VectorMath.UP_8;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.BYTES;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.all;
import static dev.weft.kernels.cpu.Vectors.first;
import static dev.weft.kernels.cpu.Vectors.load;
import static dev.weft.kernels.cpu.Vectors.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// Sums over a contiguous row of F32 in the sixteen lanes of [dev.weft.tensor.Kernels], and its
/// extremes. A step takes sixteen values: one, two or four vectors. A lane is never −0, so the +0
/// that a masked lane adds changes nothing.
final class RowSums {
  private RowSums() {}

  /// The mask of vector number k of the last, incomplete sixteen.
  private static VectorMask<Float> from(int left, int k) {
    return first(Math.max(0, left - k * LANES));
  }

  /// Σ x.
  static float sum(long x, int n) {
    FloatVector a = all(0f);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int i = 0;
    for (; i <= n - 16; i += 16) {
      long o = 4L * i;
      a = a.add(load(x + o));
      if (LANES <= 8) {
        b = b.add(load(x + o + BYTES));
      }
      if (LANES == 4) {
        c = c.add(load(x + o + 2L * BYTES));
        d = d.add(load(x + o + 3L * BYTES));
      }
    }
    if (i < n) {
      long o = 4L * i;
      int left = n - i;
      a = a.add(load(x + o, from(left, 0)));
      if (LANES <= 8) {
        b = b.add(load(x + o + BYTES, from(left, 1)));
      }
      if (LANES == 4) {
        c = c.add(load(x + o + 2L * BYTES, from(left, 2)));
        d = d.add(load(x + o + 3L * BYTES, from(left, 3)));
      }
    }
    return VectorMath.tree(a, b, c, d);
  }

  /// Σ x · y, fused.
  static float dot(long x, long y, int n) {
    FloatVector a = all(0f);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int i = 0;
    for (; i <= n - 16; i += 16) {
      long o = 4L * i;
      a = load(x + o).fma(load(y + o), a);
      if (LANES <= 8) {
        b = load(x + o + BYTES).fma(load(y + o + BYTES), b);
      }
      if (LANES == 4) {
        c = load(x + o + 2L * BYTES).fma(load(y + o + 2L * BYTES), c);
        d = load(x + o + 3L * BYTES).fma(load(y + o + 3L * BYTES), d);
      }
    }
    if (i < n) {
      long o = 4L * i;
      int left = n - i;
      a = load(x + o, from(left, 0)).fma(load(y + o, from(left, 0)), a);
      if (LANES <= 8) {
        b = load(x + o + BYTES, from(left, 1)).fma(load(y + o + BYTES, from(left, 1)), b);
      }
      if (LANES == 4) {
        c = load(x + o + 2L * BYTES, from(left, 2)).fma(load(y + o + 2L * BYTES, from(left, 2)), c);
        d = load(x + o + 3L * BYTES, from(left, 3)).fma(load(y + o + 3L * BYTES, from(left, 3)), d);
      }
    }
    return VectorMath.tree(a, b, c, d);
  }

  /// Σ x², fused.
  static float squares(long x, int n) {
    FloatVector a = all(0f);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int i = 0;
    for (; i <= n - 16; i += 16) {
      long o = 4L * i;
      a = addSquare(a, load(x + o));
      if (LANES <= 8) {
        b = addSquare(b, load(x + o + BYTES));
      }
      if (LANES == 4) {
        c = addSquare(c, load(x + o + 2L * BYTES));
        d = addSquare(d, load(x + o + 3L * BYTES));
      }
    }
    if (i < n) {
      long o = 4L * i;
      int left = n - i;
      a = addSquare(a, load(x + o, from(left, 0)));
      if (LANES <= 8) {
        b = addSquare(b, load(x + o + BYTES, from(left, 1)));
      }
      if (LANES == 4) {
        c = addSquare(c, load(x + o + 2L * BYTES, from(left, 2)));
        d = addSquare(d, load(x + o + 3L * BYTES, from(left, 3)));
      }
    }
    return VectorMath.tree(a, b, c, d);
  }

  /// [#squares] of four rows of n values, one behind the other, with vectors of sixteen lanes: four
  /// streams out of memory are faster than one. n is a multiple of 16; four doubles go to `sums`.
  static void squaresOfFour(long x, int n, long sums) {
    FloatVector a = all(0f);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    long apart = 4L * n;
    for (long o = x; o < x + apart; o += BYTES) {
      a = addSquare(a, load(o));
      b = addSquare(b, load(o + apart));
      c = addSquare(c, load(o + 2 * apart));
      d = addSquare(d, load(o + 3 * apart));
    }
    ALL.set(DOUBLE, sums, VectorMath.tree(a, a, a, a));
    ALL.set(DOUBLE, sums + 8, VectorMath.tree(b, b, b, b));
    ALL.set(DOUBLE, sums + 16, VectorMath.tree(c, c, c, c));
    ALL.set(DOUBLE, sums + 24, VectorMath.tree(d, d, d, d));
  }

  /// Σ exp(x − max). One loop with one exponential, whether vectors are whole or not, and the tree
  /// of [VectorMath#tree] by the API itself: what C2 leaves out of line takes vectors as objects,
  /// one for each round of the loop. The sums change places from vector to vector; in which place a
  /// row ends makes no difference to the tree. Behind the row stands −∞, which adds +0.
  static float sumOfExp(long x, int n, float max) {
    FloatVector a = all(0f);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < n; i += LANES) {
      FloatVector v;
      if (i <= n - LANES) {
        v = load(x + 4L * i);
      } else {
        VectorMask<Float> mask = first(n - i);
        v = all(Float.NEGATIVE_INFINITY).blend(load(x + 4L * i, mask), mask);
      }
      FloatVector sum = a.add(VectorMath.exp(v.sub(max)));
      a = LANES == 16 ? sum : b;
      b = LANES == 8 ? sum : c;
      c = d;
      d = sum;
    }
    FloatVector total =
        switch (LANES) {
          case 16 -> a.add(a.rearrange(UP_8));
          case 8 -> a.add(b);
          default -> a.add(c).add(b.add(d));
        };
    total = LANES == 4 ? total : total.add(total.rearrange(UP_4));
    total = total.add(total.rearrange(UP_2));
    return total.add(total.rearrange(UP_1)).lane(0);
  }

  /// y = exp(x − max); returns Σ y.
  static float expInto(long y, long x, int n, float max) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      store(VectorMath.exp(load(x + 4L * i).sub(max)), y + 4L * i);
    }
    if (i < n) {
      VectorMask<Float> mask = first(n - i);
      store(VectorMath.exp(load(x + 4L * i, mask).sub(max)), y + 4L * i, mask);
    }
    return sum(y, n);
  }

  /// y = x − mean; returns Σ y², fused.
  static float deviations(long y, long x, int n, float mean) {
    FloatVector a = all(0f);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int i = 0;
    for (; i <= n - 16; i += 16) {
      long o = 4L * i;
      a = addSquare(a, storeDeviation(y + o, load(x + o), mean));
      if (LANES <= 8) {
        b = addSquare(b, storeDeviation(y + o + BYTES, load(x + o + BYTES), mean));
      }
      if (LANES == 4) {
        c = addSquare(c, storeDeviation(y + o + 2L * BYTES, load(x + o + 2L * BYTES), mean));
        d = addSquare(d, storeDeviation(y + o + 3L * BYTES, load(x + o + 3L * BYTES), mean));
      }
    }
    if (i < n) {
      long o = 4L * i;
      int left = n - i;
      a = addSquare(a, storeDeviation(y + o, load(x + o, from(left, 0)), mean, from(left, 0)));
      if (LANES <= 8) {
        b =
            addSquare(
                b,
                storeDeviation(
                    y + o + BYTES, load(x + o + BYTES, from(left, 1)), mean, from(left, 1)));
      }
      if (LANES == 4) {
        c =
            addSquare(
                c,
                storeDeviation(
                    y + o + 2L * BYTES,
                    load(x + o + 2L * BYTES, from(left, 2)),
                    mean,
                    from(left, 2)));
        d =
            addSquare(
                d,
                storeDeviation(
                    y + o + 3L * BYTES,
                    load(x + o + 3L * BYTES, from(left, 3)),
                    mean,
                    from(left, 3)));
      }
    }
    return VectorMath.tree(a, b, c, d);
  }

  private static FloatVector addSquare(FloatVector sum, FloatVector v) {
    return v.fma(v, sum);
  }

  private static FloatVector storeDeviation(long y, FloatVector x, float mean) {
    FloatVector deviation = x.sub(mean);
    store(deviation, y);
    return deviation;
  }

  private static FloatVector storeDeviation(
      long y, FloatVector x, float mean, VectorMask<Float> mask) {
    FloatVector deviation = all(0f).blend(x.sub(mean), mask);
    store(deviation, y, mask);
    return deviation;
  }

  /// The largest value, NaN when there is one; −∞ of nothing.
  static float max(long x, int n) {
    FloatVector a = all(Float.NEGATIVE_INFINITY);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int i = 0;
    for (; i <= n - 4 * LANES; i += 4 * LANES) {
      long o = 4L * i;
      a = a.max(load(x + o));
      b = b.max(load(x + o + BYTES));
      c = c.max(load(x + o + 2L * BYTES));
      d = d.max(load(x + o + 3L * BYTES));
    }
    for (; i <= n - LANES; i += LANES) {
      a = a.max(load(x + 4L * i));
    }
    float max = a.max(b).max(c.max(d)).reduceLanes(VectorOperators.MAX);
    for (; i < n; i++) {
      max = Math.max(max, ALL.get(FLOAT, x + 4L * i));
    }
    return max;
  }

  /// The smallest value, NaN when there is one; +∞ of nothing.
  static float min(long x, int n) {
    FloatVector a = all(Float.POSITIVE_INFINITY);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      a = a.min(load(x + 4L * i));
    }
    float min = a.reduceLanes(VectorOperators.MIN);
    for (; i < n; i++) {
      min = Math.min(min, ALL.get(FLOAT, x + 4L * i));
    }
    return min;
  }
}
