package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.BYTE;
import static dev.weft.kernels.cpu.Strided.INT;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;
import static dev.weft.kernels.cpu.Vectors.load;

import dev.weft.tensor.Binary;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// y = f(a, b) for each [Binary], over contiguous memory, n a multiple of [Walk#STEP].
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
      load(a + o).add(load(b + o)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void sub(long y, long a, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      load(a + o).sub(load(b + o)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void mul(long y, long a, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      load(a + o).mul(load(b + o)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void div(long y, long a, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      load(a + o).div(load(b + o)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void max(long y, long a, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      load(a + o).max(load(b + o)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void min(long y, long a, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      load(a + o).min(load(b + o)).intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void bceWithLogits(long y, long a, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(a + o);
      FloatVector linear = v.neg().fma(load(b + o), v.max(0f));
      linear
          .add(VectorMath.log(VectorMath.exp(v.abs().neg()).add(1f)))
          .intoMemorySegment(ALL, y + o, LITTLE);
    }
  }

  private static void equal(long y, long a, long b, int n) {
    for (int i = 0; i < n; i += 16) {
      long bits = 0;
      for (int j = i + 16 - LANES; j >= i; j -= LANES) {
        VectorMask<Float> holds = load(a + 4L * j).compare(VectorOperators.EQ, load(b + 4L * j));
        bits = bits << LANES | holds.toLong();
      }
      Bytes.store(bits, y + i);
    }
  }

  private static void notEqual(long y, long a, long b, int n) {
    for (int i = 0; i < n; i += 16) {
      long bits = 0;
      for (int j = i + 16 - LANES; j >= i; j -= LANES) {
        VectorMask<Float> holds = load(a + 4L * j).compare(VectorOperators.NE, load(b + 4L * j));
        bits = bits << LANES | holds.toLong();
      }
      Bytes.store(bits, y + i);
    }
  }

  private static void less(long y, long a, long b, int n) {
    for (int i = 0; i < n; i += 16) {
      long bits = 0;
      for (int j = i + 16 - LANES; j >= i; j -= LANES) {
        VectorMask<Float> holds = load(a + 4L * j).compare(VectorOperators.LT, load(b + 4L * j));
        bits = bits << LANES | holds.toLong();
      }
      Bytes.store(bits, y + i);
    }
  }

  private static void lessEqual(long y, long a, long b, int n) {
    for (int i = 0; i < n; i += 16) {
      long bits = 0;
      for (int j = i + 16 - LANES; j >= i; j -= LANES) {
        VectorMask<Float> holds = load(a + 4L * j).compare(VectorOperators.LE, load(b + 4L * j));
        bits = bits << LANES | holds.toLong();
      }
      Bytes.store(bits, y + i);
    }
  }

  private static void greater(long y, long a, long b, int n) {
    for (int i = 0; i < n; i += 16) {
      long bits = 0;
      for (int j = i + 16 - LANES; j >= i; j -= LANES) {
        VectorMask<Float> holds = load(a + 4L * j).compare(VectorOperators.GT, load(b + 4L * j));
        bits = bits << LANES | holds.toLong();
      }
      Bytes.store(bits, y + i);
    }
  }

  private static void greaterEqual(long y, long a, long b, int n) {
    for (int i = 0; i < n; i += 16) {
      long bits = 0;
      for (int j = i + 16 - LANES; j >= i; j -= LANES) {
        VectorMask<Float> holds = load(a + 4L * j).compare(VectorOperators.GE, load(b + 4L * j));
        bits = bits << LANES | holds.toLong();
      }
      Bytes.store(bits, y + i);
    }
  }
}
