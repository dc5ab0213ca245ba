package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.BYTE;
import static dev.weft.kernels.cpu.Strided.FLOAT;
import static dev.weft.kernels.cpu.Strided.INT;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.load;
import static dev.weft.kernels.cpu.Vectors.store;

import dev.weft.tensor.Binary;
import jdk.incubator.vector.FloatVector;

/// y = f(a, b) for each [Binary], over contiguous memory, n a multiple of [Vectors#LANES].
/// Comparisons write one byte for each element.
final class BinaryLoops {
  private BinaryLoops() {}

  static void run(Binary f, long y, long a, long b, int n) {
    switch (f) {
      case ADD -> add(y, a, b, n);
      case SUB -> sub(y, a, b, n);
      case MUL -> mul(y, a, b, n);
      case DIV -> div(y, a, b, n);
      case MAX -> max(y, a, b, n);
      case MIN -> min(y, a, b, n);
      case BCE_WITH_LOGITS -> bceWithLogits(y, a, b, n);
      case EQUAL -> equal(y, a, b, n);
      case NOT_EQUAL -> notEqual(y, a, b, n);
      case LESS -> less(y, a, b, n);
      case LESS_EQUAL -> lessEqual(y, a, b, n);
      case GREATER -> greater(y, a, b, n);
      case GREATER_EQUAL -> greaterEqual(y, a, b, n);
    }
  }

  /// Comparisons of I32 values.
  static void runInts(Binary f, long y, long a, long b, int n) {
    for (int i = 0; i < n; i++) {
      int order = Integer.compare(ALL.get(INT, a + 4L * i), ALL.get(INT, b + 4L * i));
      boolean holds =
          switch (f) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case LESS -> order < 0;
            case LESS_EQUAL -> order <= 0;
            case GREATER -> order > 0;
            case GREATER_EQUAL -> order >= 0;
            case ADD, SUB, MUL, DIV, MAX, MIN, BCE_WITH_LOGITS ->
                throw new IllegalArgumentException("binary: " + f + " does not take I32");
          };
      ALL.set(BYTE, y + i, (byte) (holds ? 1 : 0));
    }
  }

  private static void add(long y, long a, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(a + o).add(load(b + o)), y + o);
    }
  }

  private static void sub(long y, long a, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(a + o).sub(load(b + o)), y + o);
    }
  }

  private static void mul(long y, long a, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(a + o).mul(load(b + o)), y + o);
    }
  }

  private static void div(long y, long a, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(a + o).div(load(b + o)), y + o);
    }
  }

  private static void max(long y, long a, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(a + o).max(load(b + o)), y + o);
    }
  }

  private static void min(long y, long a, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(a + o).min(load(b + o)), y + o);
    }
  }

  private static void bceWithLogits(long y, long a, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(a + o);
      FloatVector linear = v.neg().fma(load(b + o), v.max(0f));
      store(linear.add(VectorMath.log(VectorMath.exp(v.abs().neg()).add(1f))), y + o);
    }
  }

  private static void equal(long y, long a, long b, int n) {
    for (int i = 0; i < n; i++) {
      boolean holds = ALL.get(FLOAT, a + 4L * i) == ALL.get(FLOAT, b + 4L * i);
      ALL.set(BYTE, y + i, (byte) (holds ? 1 : 0));
    }
  }

  private static void notEqual(long y, long a, long b, int n) {
    for (int i = 0; i < n; i++) {
      boolean holds = ALL.get(FLOAT, a + 4L * i) != ALL.get(FLOAT, b + 4L * i);
      ALL.set(BYTE, y + i, (byte) (holds ? 1 : 0));
    }
  }

  private static void less(long y, long a, long b, int n) {
    for (int i = 0; i < n; i++) {
      boolean holds = ALL.get(FLOAT, a + 4L * i) < ALL.get(FLOAT, b + 4L * i);
      ALL.set(BYTE, y + i, (byte) (holds ? 1 : 0));
    }
  }

  private static void lessEqual(long y, long a, long b, int n) {
    for (int i = 0; i < n; i++) {
      boolean holds = ALL.get(FLOAT, a + 4L * i) <= ALL.get(FLOAT, b + 4L * i);
      ALL.set(BYTE, y + i, (byte) (holds ? 1 : 0));
    }
  }

  private static void greater(long y, long a, long b, int n) {
    for (int i = 0; i < n; i++) {
      boolean holds = ALL.get(FLOAT, a + 4L * i) > ALL.get(FLOAT, b + 4L * i);
      ALL.set(BYTE, y + i, (byte) (holds ? 1 : 0));
    }
  }

  private static void greaterEqual(long y, long a, long b, int n) {
    for (int i = 0; i < n; i++) {
      boolean holds = ALL.get(FLOAT, a + 4L * i) >= ALL.get(FLOAT, b + 4L * i);
      ALL.set(BYTE, y + i, (byte) (holds ? 1 : 0));
    }
  }
}
