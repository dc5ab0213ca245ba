package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/// The error bounds that [Elementary] states, over floats of every magnitude.
class ElementaryTest {
  // A prime, so that mantissas of all kinds come up.
  private static final int STRIDE = 4093;

  private interface FloatFunction {
    float of(float x);
  }

  /// Largest error in units of the last place over the floats in [from, to].
  private static double worstUlp(FloatFunction f, DoubleUnaryOperator exact, float from, float to) {
    double worst = 0;
    for (long bits = 0; bits < 1L << 32; bits += STRIDE) {
      float x = Float.intBitsToFloat((int) bits);
      if (x >= from && x <= to) {
        double wanted = exact.applyAsDouble(x);
        double error = Math.abs(f.of(x) - wanted) / Math.ulp((float) wanted);
        if (!(error <= worst)) {
          worst = error;
        }
      }
    }
    return worst;
  }

  private static void requireWithin(
      double bound, FloatFunction f, DoubleUnaryOperator exact, float from, float to) {
    double worst = worstUlp(f, exact, from, to);
    assertTrue(worst <= bound, "worst error " + worst + " ulp");
    assertTrue(worst > bound / 4, "the stated bound " + bound + " is loose: " + worst + " ulp");
  }

  @Test
  void expIsWithinItsBound() {
    requireWithin(1.3, Elementary::exp, StrictMath::exp, Elementary.EXP_LOW, Elementary.EXP_HIGH);
  }

  @Test
  void logIsWithinItsBound() {
    requireWithin(0.9, Elementary::log, StrictMath::log, Float.MIN_VALUE, Float.MAX_VALUE);
  }

  @Test
  void tanhIsWithinItsBound() {
    requireWithin(1.4, Elementary::tanh, StrictMath::tanh, -200, 200);
  }

  @Test
  void sigmoidIsWithinItsBound() {
    DoubleUnaryOperator exact = x -> 1 / (1 + StrictMath.exp(-x));
    requireWithin(3.2, Elementary::sigmoid, exact, -87, 200);
  }

  @Test
  void erfIsWithinItsBound() {
    requireWithin(2.5, Elementary::erf, x -> Elementary.erf(x), -10, 10);
  }

  @Test
  void expInDoubleIsWithinFourUlp() {
    for (int i = -71000; i <= 70000; i++) {
      double x = -i / 100.0 - i * 1e-7;
      double wanted = StrictMath.exp(x);
      if (x >= -700 && x <= 709) {
        assertEquals(wanted, Elementary.exp(x), 4 * Math.ulp(wanted), () -> "x " + x);
      }
    }
    assertEquals(1, Elementary.exp(0.0));
    assertEquals(0, Elementary.exp(Double.NEGATIVE_INFINITY));
    assertEquals(0, Elementary.exp(Math.nextDown(-700.0)));
    assertEquals(Double.POSITIVE_INFINITY, Elementary.exp(Math.nextUp(709.0)));
    assertTrue(Double.isNaN(Elementary.exp(Double.NaN)));
  }

  @Test
  void massIsAnIntegerInUnitsOfTwoToTheMinus44() {
    assertEquals(1L << 44, Elementary.mass(-3.25f, -3.25f));
    assertEquals(0, Elementary.mass(Float.NEGATIVE_INFINITY, 1));
    assertEquals(1, Elementary.mass(-31.1f, 0));
    assertEquals(0, Elementary.mass(-31.2f, 0));
    for (float x = 0; x > -40; x -= 0.0137f) {
      double wanted = StrictMath.exp((double) x - 2) * Elementary.MASS;
      assertEquals(wanted, (double) Elementary.mass(x, 2), 0.5 + 4 * Math.ulp(wanted), "x " + x);
    }
  }

  @Test
  void specialValuesAreExact() {
    float infinity = Float.POSITIVE_INFINITY;
    assertEquals(1f, Elementary.exp(0f));
    assertEquals(1f, Elementary.exp(-0f));
    assertEquals(0f, Elementary.exp(-infinity));
    assertEquals(0f, Elementary.exp(Math.nextDown(Elementary.EXP_LOW)));
    assertTrue(Elementary.exp(Elementary.EXP_LOW) > 0);
    assertEquals(infinity, Elementary.exp(infinity));
    assertTrue(Elementary.exp(Elementary.EXP_HIGH) < infinity);
    assertEquals(infinity, Elementary.exp(Math.nextUp(Elementary.EXP_HIGH)));
    assertEquals(0f, Elementary.log(1f));
    assertEquals(-infinity, Elementary.log(0f));
    assertEquals(-infinity, Elementary.log(-0f));
    assertEquals(infinity, Elementary.log(infinity));
    assertTrue(Float.isNaN(Elementary.log(-1f)));
    assertEquals(1f, Elementary.tanh(infinity));
    assertEquals(-1f, Elementary.tanh(-infinity));
    assertEquals(-0f, Elementary.tanh(-0f));
    assertEquals(0f, Elementary.tanh(0f));
    assertEquals(0.5f, Elementary.sigmoid(0f));
    assertEquals(0f, Elementary.sigmoid(-infinity));
    assertEquals(1f, Elementary.sigmoid(infinity));
    assertEquals(1f, Elementary.erf(infinity));
    assertEquals(-1f, Elementary.erf(-infinity));
    assertEquals(-0f, Elementary.erf(-0f));
  }

  @Test
  void nanStaysNan() {
    assertTrue(Float.isNaN(Elementary.exp(Float.NaN)));
    assertTrue(Float.isNaN(Elementary.log(Float.NaN)));
    assertTrue(Float.isNaN(Elementary.tanh(Float.NaN)));
    assertTrue(Float.isNaN(Elementary.sigmoid(Float.NaN)));
    assertTrue(Float.isNaN(Elementary.erf(Float.NaN)));
    assertTrue(Double.isNaN(Elementary.erf(Double.NaN)));
  }

  @Test
  void tanhAndErfAreOdd() {
    for (float x = 1e-6f; x < 12; x *= 1.01f) {
      assertEquals(-Elementary.tanh(x), Elementary.tanh(-x));
      assertEquals(-Elementary.erf(x), Elementary.erf(-x));
    }
  }

  /// Values of Abramowitz and Stegun's function to 16 digits.
  @Test
  void erfInDoubleMeetsKnownValues() {
    double[][] known = {
      {0, 0},
      {0.1, 0.1124629160182849},
      {0.5, 0.5204998778130465},
      {1, 0.8427007929497149},
      {1.5, 0.9661051464753108},
      {2, 0.9953222650189527},
      {2.5, 0.9995930479825550},
      {3, 0.9999779095030014},
      {3.5, 0.9999992569016276},
      {4, 0.9999999845827421},
      {5, 0.9999999999984626}
    };
    for (double[] row : known) {
      assertEquals(row[1], Elementary.erf(row[0]), 1e-15);
      assertEquals(-row[1], Elementary.erf(-row[0]), 1e-15);
    }
    assertEquals(1.0, Elementary.erf(7.0));
    assertEquals(-1.0, Elementary.erf(Double.NEGATIVE_INFINITY));
  }

  @Test
  void erfInDoubleJoinsItsTwoHalves() {
    double below = Elementary.erf(Math.nextDown(3.0));
    assertEquals(below, Elementary.erf(3.0), 1e-15);
  }
}
