package dev.weft.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class SquareTest {
  private static final int SQUARES = 3;
  private static final int STEP = 19; // floats between rows of the source
  private static final int ROW = 56; // and of the target

  @Test
  void rowsBecomeColumns() {
    assumeTrue(Square.fits(), "vectors of at least 256 bits");
    int side = Square.SIDE;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment x = arena.allocate(4L * side * SQUARES * STEP, 64);
      MemorySegment y = arena.allocate(4L * side * ROW, 64);
      for (int i = 0; i < side * SQUARES * STEP; i++) {
        x.setAtIndex(ValueLayout.JAVA_FLOAT, i, i + 1);
      }
      long[] rows = new long[side];
      Arrays.setAll(rows, r -> y.address() + 4L * ROW * r);
      Square.transpose(rows, x.address(), 4L * STEP, SQUARES);
      for (int row = 0; row < side; row++) {
        for (int column = 0; column < ROW; column++) {
          float expected = column < side * SQUARES ? column * STEP + row + 1 : 0;
          assertEquals(
              expected,
              y.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * ROW + column),
              row + ", " + column);
        }
      }
    }
  }
}
