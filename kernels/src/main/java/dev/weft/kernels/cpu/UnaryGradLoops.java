package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.all;
import static dev.weft.kernels.cpu.Vectors.load;
import static dev.weft.kernels.cpu.Vectors.store;

import dev.weft.tensor.Unary;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// The gradient dy · f'(x) of each [Unary], from x and fx = f(x), over contiguous memory, n a
/// multiple of [Vectors#LANES]; `y` is where it goes.
final class UnaryGradLoops {
  private UnaryGradLoops() {}

  static void run(Unary f, long y, long dy, long x, long fx, int n) {
    switch (f) {
      case NEG -> neg(y, dy, n);
      case ABS -> abs(y, dy, x, n);
      case SQUARE -> square(y, dy, x, n);
      case SQRT -> sqrt(y, dy, fx, n);
      case RECIPROCAL -> reciprocal(y, dy, fx, n);
      case EXP -> exp(y, dy, fx, n);
      case LOG -> log(y, dy, x, n);
      case TANH -> tanh(y, dy, fx, n);
      case SIGMOID -> sigmoid(y, dy, fx, n);
      case ERF -> erf(y, dy, x, n);
      case RELU -> relu(y, dy, x, n);
      case SILU -> silu(y, dy, x, n);
      case GELU_TANH -> geluTanh(y, dy, x, n);
      case GELU_ERF -> geluErf(y, dy, x, n);
    }
  }

  private static void neg(long y, long dy, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(dy + o).neg(), y + o);
    }
  }

  private static void abs(long y, long dy, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(x + o);
      FloatVector d = load(dy + o);
      FloatVector slope = all(Float.NaN).blend(0f, v.compare(VectorOperators.EQ, 0f));
      slope = slope.blend(d, v.compare(VectorOperators.GT, 0f));
      store(slope.blend(d.neg(), v.compare(VectorOperators.LT, 0f)), y + o);
    }
  }

  private static void square(long y, long dy, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(x + o);
      store(load(dy + o).mul(v.add(v)), y + o);
    }
  }

  private static void sqrt(long y, long dy, long fx, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(fx + o);
      store(load(dy + o).div(v.add(v)), y + o);
    }
  }

  private static void reciprocal(long y, long dy, long fx, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(fx + o);
      store(load(dy + o).mul(v.mul(v)).neg(), y + o);
    }
  }

  private static void exp(long y, long dy, long fx, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(dy + o).mul(load(fx + o)), y + o);
    }
  }

  private static void log(long y, long dy, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(dy + o).div(load(x + o)), y + o);
    }
  }

  private static void tanh(long y, long dy, long fx, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(fx + o);
      store(load(dy + o).mul(v.neg().fma(v, all(1f))), y + o);
    }
  }

  private static void sigmoid(long y, long dy, long fx, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(fx + o);
      store(load(dy + o).mul(v.mul(all(1f).sub(v))), y + o);
    }
  }

  private static void erf(long y, long dy, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(x + o);
      FloatVector e = VectorMath.exp(v.mul(v).neg());
      store(load(dy + o).mul(e.mul((float) Unary.TWO_OVER_ROOT_PI)), y + o);
    }
  }

  private static void relu(long y, long dy, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(all(0f).blend(load(dy + o), load(x + o).compare(VectorOperators.GT, 0f)), y + o);
    }
  }

  private static void silu(long y, long dy, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(x + o);
      FloatVector s = VectorMath.sigmoid(v);
      store(load(dy + o).mul(v.mul(s).fma(all(1f).sub(s), s)), y + o);
    }
  }

  private static void geluTanh(long y, long dy, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(x + o);
      FloatVector s = all(1f).div(VectorMath.exp(VectorMath.twoU(v).neg()).add(1f));
      FloatVector slope =
          v.mul(v)
              .fma(all((float) (3 * Unary.GELU_CUBE)), all(1f))
              .mul((float) Unary.TWO_ROOT_2_PI);
      store(load(dy + o).mul(v.mul(s).mul(all(1f).sub(s)).fma(slope, s)), y + o);
    }
  }

  private static void geluErf(long y, long dy, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(x + o);
      FloatVector cdf = VectorMath.erf(v.mul((float) Unary.ROOT_HALF)).add(1f).mul(0.5f);
      FloatVector pdf = VectorMath.exp(v.mul(v).mul(-0.5f)).mul((float) Unary.ONE_OVER_ROOT_2_PI);
      store(load(dy + o).mul(v.fma(pdf, cdf)), y + o);
    }
  }
}
