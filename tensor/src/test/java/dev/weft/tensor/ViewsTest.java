package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Views show the elements that they should, however they were taken.
class ViewsTest extends OnReference {
  private Tensor counting(Shape shape) {
    int[] values = new int[(int) shape.size()];
    Arrays.setAll(values, i -> i);
    return Tensor.ids(device, shape, values);
  }

  @Test
  void bitsAreSeenAsAnotherType() {
    try (Scope _ = new Scope()) {
      Tensor bits = Tensor.ids(device, Shape.of(2, 2), 0, 0, Float.floatToIntBits(1.5f), 0);
      Tensor floats = bits.slice(0, 1, 2).bitsAs(DType.F32);
      assertArrayEquals(new float[] {1.5f, 0}, floats.toFloats());
      floats.set(-2.5f, 1);
      int[] written = {0, 0, Float.floatToIntBits(-2.5f), Float.floatToIntBits(1)};
      assertArrayEquals(written, bits.toInts());
      assertThrows(IllegalArgumentException.class, () -> bits.bitsAs(DType.F64));
    }
  }

  /// A way to look at a counted tensor: dims, then pairs (kind, argument).
  private static int[] randomPath(Philox random, int size) {
    int rank = 1 + random.nextInt(4);
    int[] path = new int[rank + 6];
    path[0] = rank;
    for (int i = 1; i <= rank; i++) {
      path[i] = 1 + random.nextInt(Math.min(size, 6));
    }
    for (int i = rank + 1; i < path.length; i++) {
      path[i] = random.nextInt(1 << 20);
    }
    return path;
  }

  @Test
  void reshapingAnyViewKeepsItsRowMajorOrder() {
    Property.forAll(
        11,
        500,
        ViewsTest::randomPath,
        path -> {
          try (Scope _ = new Scope()) {
            int rank = path[0];
            Tensor x = counting(Shape.of(Arrays.copyOfRange(path, 1, rank + 1)));
            for (int i = rank + 1; i < path.length; i++) {
              int[] elements = x.toInts();
              Tensor next = step(x, path[i]);
              if (next.shape().size() == x.shape().size() && path[i] % 3 == 2) {
                assertArrayEquals(elements, next.toInts(), x + " reshaped to " + next);
              }
              x = next;
            }
          }
        });
  }

  private static Tensor step(Tensor x, int choice) {
    int kind = choice % 3;
    int argument = choice / 3;
    int axis = argument % x.shape().rank();
    return switch (kind) {
      case 0 -> Ops.transpose(x, axis, argument / 7 % x.shape().rank());
      case 1 -> Ops.slice(x, axis, x.dim(axis) > 1 ? argument % 2 : 0, x.dim(axis));
      default -> Ops.reshape(x, factors((int) x.size(), argument));
    };
  }

  /// Some shape of `size` elements, with axes of size 1 among them.
  private static int[] factors(int size, int seed) {
    List<Integer> dims = new ArrayList<>();
    int rest = size;
    for (int factor = 2; factor <= rest; factor++) {
      while (rest % factor == 0) {
        int last = dims.size() - 1;
        if (last >= 0 && (seed >> dims.size() & 1) == 0) {
          dims.set(last, dims.get(last) * factor);
        } else {
          dims.add(factor);
        }
        rest /= factor;
      }
    }
    dims.add(seed % (dims.size() + 1), 1);
    int[] shape = new int[dims.size()];
    Arrays.setAll(shape, dims::get);
    return shape;
  }

  @Test
  void transposingShowsColumnsAsRows() {
    try (Scope _ = new Scope()) {
      Tensor x = counting(Shape.of(2, 3));
      assertArrayEquals(new int[] {0, 3, 1, 4, 2, 5}, x.transpose().toInts());
      assertSame(x.memory(), x.transpose().memory());
    }
  }

  @Test
  void slicingShowsPartOfAnAxis() {
    try (Scope _ = new Scope()) {
      Tensor x = counting(Shape.of(3, 4));
      assertArrayEquals(new int[] {5, 6, 9, 10}, x.slice(0, 1, 3).slice(1, 1, 3).toInts());
      assertEquals(0, x.slice(0, 2, 2).size());
      var error = assertThrows(IllegalArgumentException.class, () -> x.slice(1, 2, 5));
      assertTrue(error.getMessage().contains("[2, 5)"), error.getMessage());
    }
  }

  @Test
  void writingIntoAViewWritesItsBase() {
    try (Scope _ = new Scope()) {
      Tensor x = counting(Shape.of(2, 3));
      x.transpose().slice(0, 1, 2).set(70, 80);
      assertArrayEquals(new int[] {0, 70, 2, 3, 80, 5}, x.toInts());
    }
  }

  @Test
  void oneDimensionOfAReshapeMayBeOpen() {
    try (Scope _ = new Scope()) {
      Tensor x = counting(Shape.of(2, 6));
      assertEquals(Shape.of(3, 4), x.reshape(3, -1).shape());
      var error = assertThrows(IllegalArgumentException.class, () -> x.reshape(5, -1));
      assertTrue(error.getMessage().contains("(2, 6)"), error.getMessage());
    }
  }

  @Test
  void expandingRepeats() {
    try (Scope _ = new Scope()) {
      Tensor row = counting(Shape.of(3));
      assertArrayEquals(new int[] {0, 1, 2, 0, 1, 2}, row.expand(2, 3).toInts());
      assertThrows(IllegalArgumentException.class, () -> row.expand(3, 2));
    }
  }

  @Test
  void concatAndSplitUndoEachOther() {
    try (Scope _ = new Scope()) {
      Tensor x = counting(Shape.of(2, 5, 3));
      for (int axis = 0; axis < 3; axis++) {
        int cut = x.dim(axis) / 2;
        List<Tensor> parts = Ops.split(x, axis, cut, x.dim(axis) - cut);
        Tensor joined = Ops.concat(axis, parts.get(0), parts.get(1));
        assertArrayEquals(x.toInts(), joined.toInts());
      }
      assertThrows(IllegalArgumentException.class, () -> Ops.split(x, 1, 2, 2));
    }
  }

  @Test
  void stackingMakesANewAxis() {
    try (Scope _ = new Scope()) {
      Tensor a = counting(Shape.of(2));
      Tensor b = Tensor.ids(device, Shape.of(2), 8, 9);
      assertArrayEquals(new int[] {0, 1, 8, 9}, Ops.stack(0, a, b).toInts());
      assertArrayEquals(new int[] {0, 8, 1, 9}, Ops.stack(-1, a, b).toInts());
    }
  }

  @Test
  void paddingPutsAMarginAround() {
    try (Scope _ = new Scope()) {
      Tensor x = Tensor.of(device, Shape.of(1, 2), 1f, 2f);
      assertArrayEquals(new float[] {7, 1, 2, 7, 7}, Ops.pad(x, 1, 1, 2, 7).toFloats());
      assertThrows(IllegalArgumentException.class, () -> Ops.pad(x, 1, -1, 0, 0));
    }
  }
}
