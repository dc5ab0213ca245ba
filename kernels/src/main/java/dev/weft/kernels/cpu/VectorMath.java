package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.F;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.all;

import dev.weft.tensor.Elementary;
import dev.weft.tensor.Unary;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/// The functions of [Elementary] on vectors: the same operations in the same order, so the same
/// bits in each lane. Where the scalar code branches, all branches are computed and blended.
///
/// C2 stops inlining what is not marked for it (the Vector API is, our own methods cannot be) in a
/// method of more than 18,000 nodes, some forty vector operations; a vector that is passed to a
/// method left out of line is boxed, which costs twenty times the work. So long functions here call
/// the API itself, and loops around them load first and store through the API.
final class VectorMath {
  static final VectorShuffle<Float> UP_8 = VectorShuffle.iota(F, 8, 1, true);
  static final VectorShuffle<Float> UP_4 = VectorShuffle.iota(F, 4, 1, true);
  static final VectorShuffle<Float> UP_2 = VectorShuffle.iota(F, 2, 1, true);
  static final VectorShuffle<Float> UP_1 = VectorShuffle.iota(F, 1, 1, true);

  private static final FloatVector LOG2_E = all(Elementary.LOG2_E);
  private static final FloatVector ROUNDER = all(Elementary.ROUNDER);
  private static final FloatVector E5 = all(Elementary.E5);
  private static final FloatVector E4 = all(Elementary.E4);
  private static final FloatVector E3 = all(Elementary.E3);
  private static final FloatVector E2 = all(Elementary.E2);
  private static final FloatVector E1 = all(Elementary.E1);
  private static final FloatVector E0 = all(Elementary.E0);
  private static final FloatVector LN2_LOW = all(Elementary.LN2_LOW);
  private static final FloatVector LN2_HIGH = all(Elementary.LN2_HIGH);
  private static final FloatVector L7 = all(Elementary.L7);
  private static final FloatVector L6 = all(Elementary.L6);
  private static final FloatVector L5 = all(Elementary.L5);
  private static final FloatVector L4 = all(Elementary.L4);
  private static final FloatVector L3 = all(Elementary.L3);
  private static final FloatVector L2 = all(Elementary.L2);
  private static final FloatVector L1 = all(Elementary.L1);
  private static final FloatVector L0 = all(Elementary.L0);
  private static final FloatVector T4 = all(Elementary.T4);
  private static final FloatVector T3 = all(Elementary.T3);
  private static final FloatVector T2 = all(Elementary.T2);
  private static final FloatVector T1 = all(Elementary.T1);
  private static final FloatVector T0 = all(Elementary.T0);
  private static final FloatVector S7 = all(Elementary.S7);
  private static final FloatVector S6 = all(Elementary.S6);
  private static final FloatVector S5 = all(Elementary.S5);
  private static final FloatVector S4 = all(Elementary.S4);
  private static final FloatVector S3 = all(Elementary.S3);
  private static final FloatVector S2 = all(Elementary.S2);
  private static final FloatVector S1 = all(Elementary.S1);
  private static final FloatVector S0 = all(Elementary.S0);
  private static final FloatVector C7 = all(Elementary.C7);
  private static final FloatVector C6 = all(Elementary.C6);
  private static final FloatVector C5 = all(Elementary.C5);
  private static final FloatVector C4 = all(Elementary.C4);
  private static final FloatVector C3 = all(Elementary.C3);
  private static final FloatVector C2 = all(Elementary.C2);
  private static final FloatVector C1 = all(Elementary.C1);
  private static final FloatVector C0 = all(Elementary.C0);
  private static final FloatVector MINUS_LN2_HIGH = all(-Elementary.LN2_HIGH);
  private static final FloatVector MINUS_LN2_LOW = all(-Elementary.LN2_LOW);

  private VectorMath() {}

  /// [Elementary#exp(float)].
  static FloatVector exp(FloatVector x) {
    FloatVector shifted = x.fma(LOG2_E, ROUNDER);
    IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    FloatVector n = shifted.sub(Elementary.ROUNDER);
    FloatVector r = n.fma(MINUS_LN2_HIGH, x);
    r = n.fma(MINUS_LN2_LOW, r);
    FloatVector p = r.fma(E5, E4);
    p = p.fma(r, E3);
    p = p.fma(r, E2);
    p = p.fma(r, E1);
    p = p.fma(r, E0);
    p = p.fma(r.mul(r), r.add(1f));
    FloatVector y = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
    y = y.blend(0f, x.compare(VectorOperators.LT, Elementary.EXP_LOW));
    y = y.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, Elementary.EXP_HIGH));
    return y.blend(x, x.compare(VectorOperators.NE, x));
  }

  /// [Elementary#log(float)].
  static FloatVector log(FloatVector x) {
    VectorMask<Float> tiny = x.compare(VectorOperators.LT, Float.MIN_NORMAL);
    IntVector bits = x.blend(x.mul(0x1p23f), tiny).reinterpretAsInts();
    IntVector n = bits.sub(0x3f3504f3).lanewise(VectorOperators.ASHR, 23);
    FloatVector f = bits.sub(n.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats().sub(1f);
    FloatVector e = (FloatVector) n.convertShape(VectorOperators.I2F, F, 0);
    e = e.sub(FloatVector.broadcast(F, 0f).blend(23f, tiny));
    FloatVector p = f.fma(L7, L6);
    p = p.fma(f, L5);
    p = p.fma(f, L4);
    p = p.fma(f, L3);
    p = p.fma(f, L2);
    p = p.fma(f, L1);
    p = p.fma(f, L0);
    FloatVector square = f.mul(f);
    FloatVector tail = p.mul(f).mul(square);
    tail = e.fma(LN2_LOW, tail);
    tail = square.fma(FloatVector.broadcast(F, -0.5f), tail);
    FloatVector y = e.fma(LN2_HIGH, f.add(tail));
    y = y.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0f));
    y = y.blend(x, x.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));
    return y.blend(Float.NaN, x.compare(VectorOperators.GE, 0f).not());
  }

  /// [Elementary#tanh(float)].
  static FloatVector tanh(FloatVector x) {
    FloatVector a = x.abs();
    FloatVector t = a.mul(a);
    FloatVector p = t.fma(T4, T3);
    p = p.fma(t, T2);
    p = p.fma(t, T1);
    p = p.fma(t, T0);
    FloatVector small = p.mul(t).fma(a, a);
    FloatVector large =
        FloatVector.broadcast(F, 1f).sub(FloatVector.broadcast(F, 2f).div(exp(a.add(a)).add(1f)));
    IntVector sign = x.reinterpretAsInts().and(Integer.MIN_VALUE);
    FloatVector y = large.blend(small, a.compare(VectorOperators.LT, Elementary.TANH_SMALL));
    return y.reinterpretAsInts().or(sign).reinterpretAsFloats();
  }

  /// [Elementary#sigmoid(float)].
  static FloatVector sigmoid(FloatVector x) {
    return FloatVector.broadcast(F, 1f).div(exp(x.neg()).add(1f));
  }

  /// [Elementary#erf(float)].
  static FloatVector erf(FloatVector x) {
    FloatVector a = x.abs();
    FloatVector t = x.mul(x);
    FloatVector p = t.fma(S7, S6);
    p = p.fma(t, S5);
    p = p.fma(t, S4);
    p = p.fma(t, S3);
    p = p.fma(t, S2);
    p = p.fma(t, S1);
    FloatVector small = p.fma(t, S0).mul(x);
    FloatVector q = a.fma(C7, C6);
    q = q.fma(a, C5);
    q = q.fma(a, C4);
    q = q.fma(a, C3);
    q = q.fma(a, C2);
    q = q.fma(a, C1);
    q = q.fma(a, C0);
    FloatVector large = FloatVector.broadcast(F, 1f).sub(exp(q));
    large = large.blend(1f, a.compare(VectorOperators.GE, Elementary.ERF_ONE));
    IntVector sign = x.reinterpretAsInts().and(Integer.MIN_VALUE);
    large = large.reinterpretAsInts().or(sign).reinterpretAsFloats();
    return large.blend(small, a.compare(VectorOperators.LT, Elementary.ERF_SMALL));
  }

  /// [dev.weft.tensor.Unary#GELU_TANH].
  static FloatVector gelu(FloatVector x) {
    return x.div(exp(twoU(x).neg()).add(1f));
  }

  /// 2 √(2/π) (x + 0.044715 x³), as in [dev.weft.tensor.Unary#GELU_TANH].
  static FloatVector twoU(FloatVector x) {
    FloatVector cubed = x.mul(x).mul(x);
    return cubed
        .fma(FloatVector.broadcast(F, (float) Unary.GELU_CUBE), x)
        .mul((float) Unary.TWO_ROOT_2_PI);
  }

  /// The sum of sixteen lanes by the fixed tree of [dev.weft.tensor.Kernels]. Lane j stands in `a`,
  /// `b`, `c`, `d` one after another; at 256 bits `c` and `d`, at 512 bits all but `a` hold nothing
  /// and are not read.
  static float tree(FloatVector a, FloatVector b, FloatVector c, FloatVector d) {
    FloatVector v;
    if (LANES == 16) {
      v = a.add(a.rearrange(UP_8));
      v = v.add(v.rearrange(UP_4));
    } else if (LANES == 8) {
      v = a.add(b);
      v = v.add(v.rearrange(UP_4));
    } else {
      v = a.add(c).add(b.add(d));
    }
    v = v.add(v.rearrange(UP_2));
    return v.add(v.rearrange(UP_1)).lane(0);
  }
}
