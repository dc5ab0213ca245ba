package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.FLOAT;
import static dev.weft.kernels.cpu.Vectors.ALL;

import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// Copies of F32 or I32 whose last axis is contiguous in the target and strided in the source,
/// while another axis is contiguous there: tile by tile, so that both sides use whole cache lines.
final class Transpose {
  /// Side of a tile: 32 lines of source and of target fit the first-level cache many times.
  private static final int TILE = 32;

  private Transpose() {}

  /// Copies and returns true where this layout is met; else returns false.
  static boolean run(Team team, Tensor y, Tensor x) {
    int rank = y.shape().rank();
    if (rank < 2 || x.dtype().bytes() != Float.BYTES || !y.dense() || y.dim(-1) < 8) {
      return false;
    }
    int across = axisOfUnitStride(x);
    if (across < 0 || across == rank - 1 || x.stride(-1) == 1) {
      return false;
    }
    int columns = y.dim(-1);
    int rows = y.dim(across);
    long[] order = new long[] {4 * y.stride(across), 4 * x.stride(-1)};
    Tensor yRest = withFirst(y, across);
    Tensor xRest = withFirst(x, across);
    RowAddresses ys = RowAddresses.ofAxes(yRest, rank - 2, columns);
    RowAddresses xs = RowAddresses.ofAxes(xRest, rank - 2, columns);
    long tiles = Math.ceilDiv(rows, TILE);
    long least = Math.max(1, Walk.GRAIN / ((long) TILE * columns));
    team.split(
        ys.count() * tiles,
        least,
        (from, to) -> {
          for (long item = from; item < to; item++) {
            int row = (int) (item % tiles) * TILE;
            int height = Math.min(TILE, rows - row);
            long target = ys.at(item / tiles) + row * order[0];
            long source = xs.at(item / tiles) + row * 4L;
            for (int column = 0; column < columns; column += TILE) {
              int width = Math.min(TILE, columns - column);
              tile(
                  target + 4L * column,
                  order[0],
                  source + column * order[1],
                  order[1],
                  height,
                  width);
            }
          }
        });
    return true;
  }

  private static int axisOfUnitStride(Tensor x) {
    for (int i = 0; i < x.shape().rank(); i++) {
      if (x.stride(i) == 1 && x.dim(i) >= 8) {
        return i;
      }
    }
    return -1;
  }

  /// A view without the axis `across` and the last, which the tiles run over; both keep a size of 1
  /// at the end.
  private static Tensor withFirst(Tensor t, int across) {
    int rank = t.shape().rank();
    int[] dims = new int[rank];
    long[] strides = new long[rank];
    int kept = 0;
    for (int i = 0; i < rank - 1; i++) {
      if (i != across) {
        dims[kept] = t.dim(i);
        strides[kept++] = t.stride(i);
      }
    }
    dims[kept] = 1;
    dims[kept + 1] = 1;
    return t.view(Shape.of(dims), strides, t.offset());
  }

  /// y[r][c] = x[c][r].
  private static void tile(long y, long yStride, long x, long xStride, int rows, int columns) {
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        ALL.set(FLOAT, y + r * yStride + 4L * c, ALL.get(FLOAT, x + c * xStride + 4L * r));
      }
    }
  }
}
