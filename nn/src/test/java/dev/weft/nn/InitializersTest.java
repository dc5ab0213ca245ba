package dev.weft.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.Initializer;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Shape;
import org.junit.jupiter.api.Test;

class InitializersTest {
  private static final Shape WIDE = Shape.of(100, 400); // (out, in)

  @Test
  void uniformKindsStayWithinTheirBoundAndFillIt() {
    assertUniform(Initializers.uniform(-2, 2), 2);
    assertUniform(Initializers.xavierUniform(), Math.sqrt(6.0 / 500));
    assertUniform(Initializers.kaimingUniform(), Math.sqrt(6.0 / 400));
  }

  @Test
  void normalKindsHaveTheirDeviation() {
    assertDeviation(Initializers.normal(0, 0.02), 0.02);
    assertDeviation(Initializers.xavierNormal(), Math.sqrt(2.0 / 500));
    assertDeviation(Initializers.kaimingNormal(), Math.sqrt(2.0 / 400));
  }

  @Test
  void orthogonalRowsOrColumnsAreOrthonormal() {
    for (Shape shape : new Shape[] {Shape.of(5, 9), Shape.of(9, 5), Shape.of(6, 6)}) {
      float[] values = fill(Initializers.orthogonal(), shape);
      int rows = shape.dim(0);
      int columns = shape.dim(1);
      boolean byRow = rows <= columns;
      int count = Math.min(rows, columns);
      for (int a = 0; a < count; a++) {
        for (int b = 0; b < count; b++) {
          double dot = 0;
          for (int j = 0; j < Math.max(rows, columns); j++) {
            dot +=
                byRow
                    ? values[a * columns + j] * values[b * columns + j]
                    : values[j * columns + a] * values[j * columns + b];
          }
          assertEquals(a == b ? 1 : 0, dot, 1e-6);
        }
      }
    }
  }

  @Test
  void identityAndConstantAreExact() {
    assertArrayEquals(
        new float[] {1, 0, 0, 0, 1, 0}, fill(Initializers.identity(), Shape.of(2, 3)));
    assertArrayEquals(new float[] {7, 7}, fill(Initializers.constant(7), Shape.of(2)));
  }

  @Test
  void fansNeedAMatrix() {
    assertThrows(
        IllegalArgumentException.class, () -> fill(Initializers.kaimingUniform(), Shape.of(4)));
  }

  private static float[] fill(Initializer initializer, Shape shape) {
    float[] values = new float[(int) shape.size()];
    initializer.fill(values, shape, new Philox(42, Philox.Purpose.INITIALISATION, 0, 0));
    return values;
  }

  private static void assertUniform(Initializer initializer, double bound) {
    float largest = 0;
    double sum = 0;
    float[] values = fill(initializer, WIDE);
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
      sum += value;
    }
    assertTrue(largest <= bound && largest > 0.999 * bound, largest + " for " + bound);
    assertEquals(0, sum / values.length, 0.02 * bound);
  }

  private static void assertDeviation(Initializer initializer, double deviation) {
    float[] values = fill(initializer, WIDE);
    double squares = 0;
    for (float value : values) {
      squares += (double) value * value;
    }
    assertEquals(deviation, Math.sqrt(squares / values.length), 0.02 * deviation);
  }
}
