package dev.weft.kernels.cuda;

import dev.weft.tensor.DType;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// How a kernel of `columns.cuh` goes down the columns of R rows: 32 columns for each block, and
/// the rows in parts where few columns would leave a large GPU idle. Shapes alone decide.
///
/// @param blocks blocks side by side
/// @param parts parts of the rows: blocks below each other
/// @param per rows of a part; the last may have fewer
record Columns(int blocks, int parts, long per) {
  private static final int WARP = 32;
  private static final int DOWN = 8; // as in columns.cuh
  private static final int ENOUGH_BLOCKS = 512;
  private static final int LEAST_ROWS = 64; // of a part
  private static final int MOST_PARTS = 64;

  /// The rows of (R, n), for the columns of which something is summed.
  static Columns of(long rows, long n) {
    int blocks = Math.toIntExact(Math.ceilDiv(n, WARP));
    long wanted = Math.clamp(ENOUGH_BLOCKS / Math.max(1, blocks), 1, MOST_PARTS);
    long least = Math.max(LEAST_ROWS, Math.ceilDiv(rows, wanted));
    long per = Math.ceilDiv(least, DOWN) * DOWN;
    return new Columns(blocks, Math.toIntExact(Math.max(1, Math.ceilDiv(rows, per))), per);
  }

  Grid grid() {
    return new Grid(blocks, parts, 1, WARP, DOWN, 0);
  }

  /// One block for all rows of its columns.
  Grid onePart() {
    return new Grid(blocks, 1, 1, WARP, DOWN, 0);
  }

  /// Room for two sums of each column and part, in the thread's scope.
  Tensor scratch(Tensor like, int n) {
    return Tensor.empty(like.device(), DType.F32, Shape.of(parts, 2, n));
  }
}
