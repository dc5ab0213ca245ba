package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.all;
import static dev.weft.kernels.cpu.Vectors.load;
import static dev.weft.kernels.cpu.Vectors.store;

import dev.weft.tensor.Binary;
import jdk.incubator.vector.VectorOperators;

/// The gradients of each [Binary] by its left and its right operand, from a, b and f = f(a, b),
/// over contiguous memory, n a multiple of [Walk#STEP]; `y` is where they go.
final class BinaryGradLoops {
  private BinaryGradLoops() {}

  static void left(Binary op, long y, long dy, long a, long b, int n) {
    switch (op) {
      case ADD -> copy(y, dy, n);
      case SUB -> copy(y, dy, n);
      case MUL -> mulLeft(y, dy, b, n);
      case DIV -> divLeft(y, dy, b, n);
      case MAX -> maxLeft(y, dy, a, b, n);
      case MIN -> minLeft(y, dy, a, b, n);
      case BCE_WITH_LOGITS -> bceWithLogitsLeft(y, dy, a, b, n);
      case EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL ->
          throw new IllegalArgumentException("binaryGrad: " + op + " has no gradient");
    }
  }

  static void right(Binary op, long y, long dy, long a, long b, long f, int n) {
    switch (op) {
      case ADD -> copy(y, dy, n);
      case SUB -> subRight(y, dy, n);
      case MUL -> mulRight(y, dy, a, n);
      case DIV -> divRight(y, dy, b, f, n);
      case MAX -> maxRight(y, dy, a, b, n);
      case MIN -> minRight(y, dy, a, b, n);
      case BCE_WITH_LOGITS -> bceWithLogitsRight(y, dy, a, n);
      case EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL ->
          throw new IllegalArgumentException("binaryGrad: " + op + " has no gradient");
    }
  }

  private static void copy(long y, long dy, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(dy + o), y + o);
    }
  }

  private static void mulLeft(long y, long dy, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(dy + o).mul(load(b + o)), y + o);
    }
  }

  private static void divLeft(long y, long dy, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(dy + o).div(load(b + o)), y + o);
    }
  }

  private static void maxLeft(long y, long dy, long a, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(
          all(0f).blend(load(dy + o), load(a + o).compare(VectorOperators.GE, load(b + o))), y + o);
    }
  }

  private static void minLeft(long y, long dy, long a, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(
          all(0f).blend(load(dy + o), load(a + o).compare(VectorOperators.LE, load(b + o))), y + o);
    }
  }

  private static void bceWithLogitsLeft(long y, long dy, long a, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(dy + o).mul(VectorMath.sigmoid(load(a + o)).sub(load(b + o))), y + o);
    }
  }

  private static void subRight(long y, long dy, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(dy + o).neg(), y + o);
    }
  }

  private static void mulRight(long y, long dy, long a, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(dy + o).mul(load(a + o)), y + o);
    }
  }

  private static void divRight(long y, long dy, long b, long f, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(dy + o).mul(load(f + o)).div(load(b + o)).neg(), y + o);
    }
  }

  private static void maxRight(long y, long dy, long a, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(dy + o).blend(0f, load(a + o).compare(VectorOperators.GE, load(b + o))), y + o);
    }
  }

  private static void minRight(long y, long dy, long a, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(dy + o).blend(0f, load(a + o).compare(VectorOperators.LE, load(b + o))), y + o);
    }
  }

  private static void bceWithLogitsRight(long y, long dy, long a, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(dy + o).mul(load(a + o)).neg(), y + o);
    }
  }
}
