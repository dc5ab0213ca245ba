package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.INT;
import static dev.weft.kernels.cpu.Vectors.ALL;

import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// Copies of four-byte elements whose last axis is contiguous in the target and strided in the
/// source, while another axis is contiguous there: tile by tile. A tile is first copied in whole
/// cache lines, because lines that lie a power of two apart would drive each other out of the cache
/// while they are read element by element.
final class Transpose {
  /// Rows of a tile in the target: four cache lines of the source.
  private static final int ROWS = 64;

  /// Columns of a tile in the target.
  private static final int COLUMNS = 64;

  private static final long LINE = 4L * ROWS;

  private Transpose() {}

  /// Copies and returns true where this layout is met; else returns false.
  static boolean run(Team team, Tensor y, Tensor x) {
    int rank = y.shape().rank();
    if (rank < 2 || x.dtype().bytes() != 4 || !y.dense() || y.dim(-1) < 8 || x.stride(-1) < 2) {
      return false;
    }
    int across = axisOfUnitStride(x);
    if (across < 0) {
      return false;
    }
    int columns = y.dim(-1);
    int rows = y.dim(across);
    long yStride = 4 * y.stride(across);
    long xStride = 4 * x.stride(-1);
    RowAddresses ys = RowAddresses.ofAxes(without(y, across), rank - 2, columns);
    RowAddresses xs = RowAddresses.ofAxes(without(x, across), rank - 2, columns);
    long tiles = Math.ceilDiv(rows, ROWS);
    long least = Math.max(1, Walk.GRAIN / ((long) ROWS * columns));
    team.split(
        ys.count() * tiles,
        least,
        (from, to) -> {
          try (Scratch scratch = new Scratch(y.device(), LINE * COLUMNS)) {
            for (long item = from; item < to; item++) {
              int row = (int) (item % tiles) * ROWS;
              int height = Math.min(ROWS, rows - row);
              long target = ys.at(item / tiles) + row * yStride;
              long source = xs.at(item / tiles) + row * 4L;
              for (int column = 0; column < columns; column += COLUMNS) {
                int width = Math.min(COLUMNS, columns - column);
                gather(scratch.address, source + column * xStride, xStride, height, width);
                scatter(target + 4L * column, yStride, scratch.address, height, width);
              }
            }
          }
        });
    return true;
  }

  /// An axis before the last along which x is contiguous, or −1; not a short one.
  private static int axisOfUnitStride(Tensor x) {
    for (int i = 0; i < x.shape().rank() - 1; i++) {
      if (x.stride(i) == 1 && x.dim(i) >= 8) {
        return i;
      }
    }
    return -1;
  }

  /// A view of the first element along the last axis and `across`, the other axes in front.
  private static Tensor without(Tensor t, int across) {
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

  /// The lines of a tile, one for each column of the target.
  private static void gather(long tile, long x, long xStride, int rows, int columns) {
    for (int c = 0; c < columns; c++) {
      Strided.copy(tile + c * LINE, x + c * xStride, 4L * rows);
    }
  }

  /// y[r][c] = tile[c][r].
  private static void scatter(long y, long yStride, long tile, int rows, int columns) {
    for (int r = 0; r < rows; r++) {
      long to = y + r * yStride;
      long from = tile + 4L * r;
      for (int c = 0; c < columns; c++) {
        ALL.set(INT, to + 4L * c, ALL.get(INT, from + c * LINE));
      }
    }
  }
}
