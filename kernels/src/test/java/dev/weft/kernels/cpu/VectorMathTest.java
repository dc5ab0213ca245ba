package dev.weft.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.tensor.Elementary;
import dev.weft.tensor.Real;
import dev.weft.tensor.Unary;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

/// Every lane equals the scalar function, over floats of every sign and exponent, NaN and
/// infinities included.
class VectorMathTest {
  private interface Scalar {
    float of(float x);
  }

  @Test
  void exp() {
    compare(Elementary::exp, VectorMath::exp);
  }

  @Test
  void log() {
    compare(Elementary::log, VectorMath::log);
  }

  @Test
  void tanh() {
    compare(Elementary::tanh, VectorMath::tanh);
  }

  @Test
  void sigmoid() {
    compare(Elementary::sigmoid, VectorMath::sigmoid);
  }

  @Test
  void erf() {
    compare(Elementary::erf, VectorMath::erf);
  }

  @Test
  void gelu() {
    compare(x -> (float) Unary.GELU_TANH.f(Real.F32, x), VectorMath::gelu);
  }

  @Test
  void sumsOfSixteenLanesFollowTheTree() {
    float[] lane = new float[16];
    for (int i = 0; i < 16; i++) {
      lane[i] = 1f / (i + 1) * (i % 3 == 0 ? 1e6f : 1);
    }
    FloatVector[] v = new FloatVector[4];
    for (int i = 0; i < 4; i++) {
      boolean used = i * Vectors.LANES < 16;
      v[i] = used ? FloatVector.fromArray(Vectors.F, lane, i * Vectors.LANES) : Vectors.all(1e9f);
    }
    float sum = VectorMath.tree(v[0], v[1], v[2], v[3]);
    for (int width = 8; width > 0; width /= 2) {
      for (int j = 0; j < width; j++) {
        lane[j] += lane[j + width];
      }
    }
    assertEquals(lane[0], sum);
  }

  private static void compare(Scalar scalar, UnaryOperator<FloatVector> vector) {
    float[] x = new float[Vectors.LANES];
    float[] y = new float[Vectors.LANES];
    int step = 10_007; // a prime, so that all low bits occur
    for (long first = 0; first < 1L << 32; first += (long) step * x.length) {
      for (int i = 0; i < x.length; i++) {
        x[i] = Float.intBitsToFloat((int) (first + (long) i * step));
      }
      vector.apply(FloatVector.fromArray(Vectors.F, x, 0)).intoArray(y, 0);
      for (int i = 0; i < x.length; i++) {
        assertEquals(
            Float.floatToIntBits(scalar.of(x[i])), Float.floatToIntBits(y[i]), "of " + x[i]);
      }
    }
  }
}
