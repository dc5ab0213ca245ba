package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ShapeTest {
  @Test
  void aScalarHasOneElement() {
    assertEquals(1, Shape.SCALAR.size());
    assertEquals(0, Shape.SCALAR.rank());
    assertEquals("()", Shape.of().toString());
  }

  @Test
  void sizesRowsAndAxesCountFromBothEnds() {
    Shape shape = Shape.of(4, 10, 768);
    assertEquals(4L * 10 * 768, shape.size());
    assertEquals(40, shape.rows());
    assertEquals(768, shape.last());
    assertEquals(10, shape.dim(-2));
    assertEquals(2, shape.axis(-1));
    assertEquals("(4, 10, 768)", shape.toString());
  }

  @Test
  void sizesMayPassTheIntRange() {
    assertEquals(1L << 40, Shape.of(1 << 20, 1 << 20).size());
    assertThrows(ArithmeticException.class, () -> Shape.of(1 << 30, 1 << 30, 1 << 30));
  }

  @Test
  void aNegativeDimensionThrows() {
    var error = assertThrows(IllegalArgumentException.class, () -> Shape.of(2, -1));
    assertTrue(error.getMessage().contains("[2, -1]"), error.getMessage());
  }

  @Test
  void anAxisOutOfRangeThrowsWithShapeAndRank() {
    Shape shape = Shape.of(2, 3);
    var error = assertThrows(IllegalArgumentException.class, () -> shape.dim(2));
    assertTrue(
        error.getMessage().contains("axis 2 is out of range for (2, 3)"), error.getMessage());
    assertThrows(IllegalArgumentException.class, () -> shape.dim(-3));
  }

  @Test
  void axesAreSetLeftOutAndPutIn() {
    Shape shape = Shape.of(2, 3, 4);
    assertEquals(Shape.of(2, 9, 4), shape.with(1, 9));
    assertEquals(Shape.of(2, 3), shape.without(-1));
    assertEquals(Shape.of(2, 3, 4, 5), shape.insert(3, 5));
    assertEquals(Shape.of(5, 2, 3, 4), shape.insert(0, 5));
  }

  @Test
  void broadcastingAlignsAtTheLastAxis() {
    assertEquals(Shape.of(2, 3), Shape.of(2, 3).broadcast(Shape.of(3), "add"));
    assertEquals(Shape.of(2, 3), Shape.of(2, 1).broadcast(Shape.of(1, 3), "add"));
    assertEquals(Shape.of(4, 2, 3), Shape.of(4, 1, 3).broadcast(Shape.of(2, 1), "add"));
    assertEquals(Shape.of(0, 3), Shape.of(1, 3).broadcast(Shape.of(0, 1), "add"));
    assertEquals(Shape.of(5), Shape.SCALAR.broadcast(Shape.of(5), "add"));
  }

  @Test
  void shapesThatDoNotBroadcastThrowWithBoth() {
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> Shape.of(2, 3).broadcast(Shape.of(2, 4), "mul"));
    assertEquals(
        "mul: (2, 3) and (2, 4) do not broadcast: axis -1 is 3 against 4", error.getMessage());
  }

  @Test
  void broadcastingIsSymmetric() {
    Property.forAll(
        1,
        200,
        (random, size) -> {
          int[][] dims = new int[2][];
          for (int i = 0; i < 2; i++) {
            dims[i] = new int[random.nextInt(4)];
            for (int j = 0; j < dims[i].length; j++) {
              dims[i][j] = random.nextInt(2) * random.nextInt(size);
            }
          }
          return dims;
        },
        dims -> {
          Shape a = Shape.of(dims[0]);
          Shape b = Shape.of(dims[1]);
          assertEquals(outcome(a, b), outcome(b, a));
        });
  }

  private static String outcome(Shape a, Shape b) {
    try {
      return a.broadcast(b, "op").toString();
    } catch (IllegalArgumentException e) {
      return "does not broadcast";
    }
  }

  @Test
  void equalDimensionsMakeEqualShapes() {
    assertEquals(Shape.of(2, 3), Shape.of(2, 3));
    assertEquals(Shape.of(2, 3).hashCode(), Shape.of(2, 3).hashCode());
    assertNotEquals(Shape.of(2, 3), Shape.of(3, 2));
  }

  @Test
  void aShapeDoesNotChangeWithTheArrayItWasMadeOf() {
    int[] dims = {2, 3};
    Shape shape = Shape.of(dims);
    dims[0] = 9;
    shape.dims()[1] = 9;
    assertArrayEquals(new int[] {2, 3}, shape.dims());
  }
}
