package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;
import static dev.weft.kernels.cpu.Vectors.all;
import static dev.weft.kernels.cpu.Vectors.load;

import dev.weft.tensor.Unary;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// The gradient dy · f'(x) of each [Unary], from x and fx = f(x), over contiguous memory, n a
/// multiple of [Walk#STEP]; `y` is where it goes.
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
      load(dy + o).neg().intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void abs(long y, long dy, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(x + o);
      FloatVector d = load(dy + o);
      FloatVector slope = all(Float.NaN).blend(0f, v.compare(VectorOperators.EQ, 0f));
      slope = slope.blend(d, v.compare(VectorOperators.GT, 0f));
      slope.blend(d.neg(), v.compare(VectorOperators.LT, 0f)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void square(long y, long dy, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(x + o);
      load(dy + o).mul(v.add(v)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void sqrt(long y, long dy, long fx, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(fx + o);
      load(dy + o).div(v.add(v)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void reciprocal(long y, long dy, long fx, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(fx + o);
      load(dy + o).mul(v.mul(v)).neg().intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void exp(long y, long dy, long fx, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      load(dy + o).mul(load(fx + o)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void log(long y, long dy, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      load(dy + o).div(load(x + o)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void tanh(long y, long dy, long fx, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(fx + o);
      load(dy + o).mul(v.neg().fma(v, all(1f))).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void sigmoid(long y, long dy, long fx, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(fx + o);
      load(dy + o).mul(v.mul(all(1f).sub(v))).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void erf(long y, long dy, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector d = load(dy + o);
      FloatVector v = load(x + o);
      FloatVector slope = VectorMath.exp(v.mul(v).neg()).mul((float) Unary.TWO_OVER_ROOT_PI);
      d.mul(slope).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void relu(long y, long dy, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      all(0f)
          .blend(load(dy + o), load(x + o).compare(VectorOperators.GT, 0f))
          .intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void silu(long y, long dy, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector d = load(dy + o);
      FloatVector v = load(x + o);
      FloatVector s = VectorMath.sigmoid(v);
      FloatVector slope = v.mul(s).fma(s.neg().add(1f), s);
      d.mul(slope).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void geluTanh(long y, long dy, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector d = load(dy + o);
      FloatVector v = load(x + o);
      FloatVector cube = v.mul(v).fma(all((float) (3 * Unary.GELU_CUBE)), all(1f));
      FloatVector s = all(1f).div(VectorMath.exp(VectorMath.twoU(v).neg()).add(1f));
      FloatVector slope = v.mul(s).mul(s.neg().add(1f));
      slope = slope.fma(cube.mul((float) Unary.TWO_ROOT_2_PI), s);
      d.mul(slope).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  /// In two passes, the distribution through y: together they are too long to be inlined.
  private static void geluErf(long y, long dy, long x, int n) {
    normalDistribution(y, x, n);
    geluErfSlope(y, dy, x, n);
  }

  private static void normalDistribution(long y, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector erf = VectorMath.erf(load(x + o).mul((float) Unary.ROOT_HALF));
      erf.add(1f).mul(0.5f).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void geluErfSlope(long y, long dy, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector d = load(dy + o);
      FloatVector v = load(x + o);
      FloatVector cdf = load(y + o);
      FloatVector pdf = VectorMath.exp(v.mul(v).mul(-0.5f)).mul((float) Unary.ONE_OVER_ROOT_2_PI);
      d.mul(v.fma(pdf, cdf)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }
}
