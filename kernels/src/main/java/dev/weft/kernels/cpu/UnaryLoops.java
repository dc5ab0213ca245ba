package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;
import static dev.weft.kernels.cpu.Vectors.all;
import static dev.weft.kernels.cpu.Vectors.load;

import dev.weft.tensor.Unary;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// y = f(x) for each [Unary], over contiguous memory, n a multiple of [Walk#STEP]. One small
/// loop for each function, so that the JIT compiles each for itself.
final class UnaryLoops {
  private UnaryLoops() {}

  static void run(Unary f, long y, long x, int n) {
    switch (f) {
      case NEG -> neg(y, x, n);
      case ABS -> abs(y, x, n);
      case SQUARE -> square(y, x, n);
      case SQRT -> sqrt(y, x, n);
      case RECIPROCAL -> reciprocal(y, x, n);
      case EXP -> exp(y, x, n);
      case LOG -> log(y, x, n);
      case TANH -> tanh(y, x, n);
      case SIGMOID -> sigmoid(y, x, n);
      case ERF -> erf(y, x, n);
      case RELU -> relu(y, x, n);
      case SILU -> silu(y, x, n);
      case GELU_TANH -> geluTanh(y, x, n);
      case GELU_ERF -> geluErf(y, x, n);
    }
  }

  private static void neg(long y, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      load(x + o).neg().intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void abs(long y, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      load(x + o).abs().intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void square(long y, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(x + o);
      v.mul(v).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void sqrt(long y, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      load(x + o).sqrt().intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void reciprocal(long y, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      all(1f).div(load(x + o)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void exp(long y, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      VectorMath.exp(load(x + o)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void log(long y, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      VectorMath.log(load(x + o)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void tanh(long y, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      VectorMath.tanh(load(x + o)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void sigmoid(long y, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      VectorMath.sigmoid(load(x + o)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void erf(long y, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      VectorMath.erf(load(x + o)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void relu(long y, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(x + o);
      v.blend(0f, v.compare(VectorOperators.LE, 0f)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void silu(long y, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(x + o);
      v.mul(VectorMath.sigmoid(v)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void geluTanh(long y, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      VectorMath.gelu(load(x + o)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void geluErf(long y, long x, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(x + o);
      FloatVector erf = VectorMath.erf(v.mul((float) Unary.ROOT_HALF));
      v.mul(0.5f).mul(erf.add(1f)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }
}
