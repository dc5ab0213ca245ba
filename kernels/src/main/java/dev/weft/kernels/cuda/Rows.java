package dev.weft.kernels.cuda;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Tensor;

/// Tensors as R rows of n contiguous values, as the kernels of `rows.cuh` take them.
final class Rows {
  private static final int WARP = 32;
  private static final int ROWS = 4; // that share a block when each is a warp's work

  private Rows() {}

  /// Elements from a row to the next.
  ///
  /// @throws IllegalArgumentException when the axes before the last do not lie evenly
  static long step(Tensor x) {
    int rank = x.shape().rank();
    long step = x.shape().last();
    long next = -1; // what the stride of the next axis must be
    for (int axis = rank - 2; axis >= 0; axis--) {
      if (x.dim(axis) == 1) {
        continue;
      }
      long stride = x.stride(axis);
      if (next >= 0 && stride != next) {
        throw new IllegalArgumentException(
            "cuda: the rows of " + x.shape() + " lie unevenly; make it contiguous first");
      }
      step = next < 0 ? stride : step;
      next = stride * x.dim(axis);
    }
    return step;
  }

  static long step(Grad x) {
    return step(x.tensor());
  }

  /// Blocks for `rows` rows of `n` values: several short rows in each, or one long one.
  static Grid grid(long rows, int n) {
    Grid grid = Grid.rows(rows, n);
    if (grid.threadsX() > WARP) {
      return grid;
    }
    return new Grid(Math.toIntExact(Math.ceilDiv(rows, ROWS)), 1, 1, WARP, ROWS, 0);
  }
}
