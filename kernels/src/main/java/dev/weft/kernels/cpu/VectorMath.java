package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.F;
import static dev.weft.kernels.cpu.Vectors.I;
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
final class VectorMath {
  private static final VectorShuffle<Float> UP_8 = VectorShuffle.iota(F, 8, 1, true);
  private static final VectorShuffle<Float> UP_4 = VectorShuffle.iota(F, 4, 1, true);
  private static final VectorShuffle<Float> UP_2 = VectorShuffle.iota(F, 2, 1, true);
  private static final VectorShuffle<Float> UP_1 = VectorShuffle.iota(F, 1, 1, true);

  private VectorMath() {}

  /// [Elementary#exp(float)].
  static FloatVector exp(FloatVector x) {
    FloatVector shifted = x.fma(all(Elementary.LOG2_E), all(Elementary.ROUNDER));
    IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    FloatVector n = shifted.sub(Elementary.ROUNDER);
    FloatVector r = n.fma(all(-Elementary.LN2_HIGH), x);
    r = n.fma(all(-Elementary.LN2_LOW), r);
    FloatVector p = r.fma(all(Elementary.E5), all(Elementary.E4));
    p = p.fma(r, all(Elementary.E3));
    p = p.fma(r, all(Elementary.E2));
    p = p.fma(r, all(Elementary.E1));
    p = p.fma(r, all(Elementary.E0));
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
    e = e.sub(all(0f).blend(23f, tiny));
    FloatVector p = f.fma(all(Elementary.L7), all(Elementary.L6));
    p = p.fma(f, all(Elementary.L5));
    p = p.fma(f, all(Elementary.L4));
    p = p.fma(f, all(Elementary.L3));
    p = p.fma(f, all(Elementary.L2));
    p = p.fma(f, all(Elementary.L1));
    p = p.fma(f, all(Elementary.L0));
    FloatVector square = f.mul(f);
    FloatVector tail = p.mul(f).mul(square);
    tail = e.fma(all(Elementary.LN2_LOW), tail);
    tail = square.fma(all(-0.5f), tail);
    FloatVector y = e.fma(all(Elementary.LN2_HIGH), f.add(tail));
    y = y.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0f));
    y = y.blend(x, x.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));
    return y.blend(Float.NaN, x.compare(VectorOperators.GE, 0f).not());
  }

  /// [Elementary#tanh(float)].
  static FloatVector tanh(FloatVector x) {
    FloatVector a = x.abs();
    FloatVector t = x.mul(x);
    FloatVector p = t.fma(all(Elementary.T4), all(Elementary.T3));
    p = p.fma(t, all(Elementary.T2));
    p = p.fma(t, all(Elementary.T1));
    p = p.fma(t, all(Elementary.T0));
    FloatVector small = p.mul(t).fma(x, x);
    FloatVector large = all(1f).sub(all(2f).div(exp(a.add(a)).add(1f)));
    return withSign(large, x).blend(small, a.compare(VectorOperators.LT, Elementary.TANH_SMALL));
  }

  /// [Elementary#sigmoid(float)].
  static FloatVector sigmoid(FloatVector x) {
    return all(1f).div(exp(x.neg()).add(1f));
  }

  /// [Elementary#erf(float)].
  static FloatVector erf(FloatVector x) {
    FloatVector a = x.abs();
    FloatVector t = x.mul(x);
    FloatVector p = t.fma(all(Elementary.S7), all(Elementary.S6));
    p = p.fma(t, all(Elementary.S5));
    p = p.fma(t, all(Elementary.S4));
    p = p.fma(t, all(Elementary.S3));
    p = p.fma(t, all(Elementary.S2));
    p = p.fma(t, all(Elementary.S1));
    FloatVector small = p.fma(t, all(Elementary.S0)).mul(x);
    FloatVector q = a.fma(all(Elementary.C7), all(Elementary.C6));
    q = q.fma(a, all(Elementary.C5));
    q = q.fma(a, all(Elementary.C4));
    q = q.fma(a, all(Elementary.C3));
    q = q.fma(a, all(Elementary.C2));
    q = q.fma(a, all(Elementary.C1));
    q = q.fma(a, all(Elementary.C0));
    FloatVector large = all(1f).sub(exp(q));
    large = large.blend(1f, a.compare(VectorOperators.GE, Elementary.ERF_ONE));
    return withSign(large, x).blend(small, a.compare(VectorOperators.LT, Elementary.ERF_SMALL));
  }

  /// [dev.weft.tensor.Unary#GELU_TANH].
  static FloatVector gelu(FloatVector x) {
    return x.div(exp(twoU(x).neg()).add(1f));
  }

  /// 2 √(2/π) (x + 0.044715 x³), as in [dev.weft.tensor.Unary#GELU_TANH].
  static FloatVector twoU(FloatVector x) {
    FloatVector cubed = x.mul(x).mul(x);
    return cubed.fma(all((float) Unary.GELU_CUBE), x).mul((float) Unary.TWO_ROOT_2_PI);
  }

  /// `magnitude`, which is not negative, with the sign of `sign`.
  private static FloatVector withSign(FloatVector magnitude, FloatVector sign) {
    IntVector bit = sign.reinterpretAsInts().and(IntVector.broadcast(I, Integer.MIN_VALUE));
    return magnitude.reinterpretAsInts().or(bit).reinterpretAsFloats();
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
