package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.FLOAT;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.first;
import static dev.weft.kernels.cpu.Vectors.load;
import static dev.weft.kernels.cpu.Vectors.put;

import dev.weft.tensor.Elementary;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Reduce;
import dev.weft.tensor.Tensor;
import jdk.incubator.vector.VectorMask;

/// Reductions of rows: along contiguous rows, down neighbouring columns, and of rows of any other
/// stride through a contiguous copy of each.
final class Reductions {
  private final Team team;

  Reductions(Team team) {
    this.team = team;
  }

  void reduce(Reduce f, Grad y, Tensor x) {
    boolean byColumns = f != Reduce.LOG_SUM_EXP && f != Reduce.NORM;
    int columns = byColumns ? neighbouringColumns(y.tensor(), x) : 0;
    if (columns > 1) {
      reduceColumns(f, y, x, columns);
    } else {
      reduceRows(f, y, x);
    }
  }

  private void reduceRows(Reduce f, Grad y, Tensor x) {
    RowAddresses ys = RowAddresses.ofScalars(y.tensor());
    RowAddresses xs = RowAddresses.of(x);
    int n = xs.n();
    boolean contiguous = x.rowsContiguous();
    long stride = contiguous ? Float.BYTES : x.stride(-1) * Float.BYTES;
    team.split(
        xs.count(),
        xs.least(),
        (from, to) -> {
          try (Scratch scratch = contiguous ? null : new Scratch(x.device(), 4L * (n + LANES))) {
            for (long r = from; r < to; r++) {
              long row = xs.at(r);
              if (scratch != null) {
                Strided.gather(Float.BYTES, scratch.address, row, stride, n);
                row = scratch.address;
              }
              float value = reduce(f, row, n);
              long at = ys.at(r);
              ALL.set(FLOAT, at, y.accumulate() ? ALL.get(FLOAT, at) + value : value);
            }
          }
        });
  }

  private static float reduce(Reduce f, long x, int n) {
    return switch (f) {
      case SUM -> RowSums.sum(x, n);
      case MEAN -> RowSums.sum(x, n) * (float) (1.0 / n);
      case MAX -> RowSums.max(x, n);
      case MIN -> RowSums.min(x, n);
      case LOG_SUM_EXP -> {
        float m = RowSums.max(x, n);
        yield Float.isInfinite(m) ? m : m + Elementary.log(RowSums.sumOfExp(x, n, m));
      }
      case NORM -> (float) Math.sqrt(RowSums.squares(x, n));
    };
  }

  /// How many rows of x lie side by side, element by element, along the last leading axes: 0 if
  /// none do.
  private static int neighbouringColumns(Tensor y, Tensor x) {
    int axis = x.shape().rank() - 2;
    if (axis < 0 || x.stride(-1) == 1 || x.stride(axis) != 1 || y.stride(axis) != 1) {
      return 0;
    }
    return x.dim(axis);
  }

  private void reduceColumns(Reduce f, Grad y, Tensor x, int columns) {
    int outer = x.shape().rank() - 2;
    RowAddresses ys = RowAddresses.ofAxes(y.tensor(), outer, columns);
    RowAddresses xs = RowAddresses.ofAxes(x, outer, columns);
    int widest = ColumnSums.width(columns, xs.count(), team);
    long blocks = Math.ceilDiv(columns, widest);
    int n = x.dim(-1);
    long stride = x.stride(-1) * Float.BYTES;
    float scale = f == Reduce.MEAN ? (float) (1.0 / n) : 1;
    long least = Math.max(1, Walk.GRAIN / Math.max(1, (long) n * widest));
    team.split(
        xs.count() * blocks,
        least,
        (from, to) -> {
          try (ColumnSums sums = new ColumnSums(x.device(), n, widest)) {
            for (long item = from; item < to; item++) {
              int column = (int) (item % blocks) * widest;
              int width = Math.min(widest, columns - column);
              long row = xs.at(item / blocks) + 4L * column;
              long target = ys.at(item / blocks) + 4L * column;
              if (f == Reduce.MAX || f == Reduce.MIN) {
                extremes(f, sums, row, stride, n, width);
                sums.again(target, 1, y.accumulate());
              } else {
                sums.clear(width);
                sums.addAll(row, stride, n);
                sums.finish(target, scale, y.accumulate());
              }
            }
          }
        });
  }

  private static void extremes(
      Reduce f, ColumnSums columns, long x, long stride, int n, int width) {
    if (f == Reduce.MAX) {
      columns.clear(width, Float.NEGATIVE_INFINITY);
      for (int i = 0; i < n; i++) {
        columns.max(x + i * stride);
      }
    } else {
      columns.clear(width, Float.POSITIVE_INFINITY);
      for (int i = 0; i < n; i++) {
        columns.min(x + i * stride);
      }
    }
  }

  /// The gradient where dx and x have contiguous rows.
  void reduceGrad(Reduce f, Grad dx, Tensor dy, Tensor x, Tensor y) {
    RowAddresses dxs = RowAddresses.of(dx.tensor());
    RowAddresses dys = RowAddresses.ofScalars(dy);
    RowAddresses xs = RowAddresses.of(x);
    RowAddresses ys = RowAddresses.ofScalars(y);
    int n = xs.n();
    boolean add = dx.accumulate();
    team.split(
        xs.count(),
        xs.least(),
        (from, to) -> {
          for (long r = from; r < to; r++) {
            float dyr = ALL.get(FLOAT, dys.at(r));
            float yr = ALL.get(FLOAT, ys.at(r));
            switch (f) {
              case MAX, MIN -> winner(dxs.at(r), add, xs.at(r), n, dyr, yr);
              case LOG_SUM_EXP -> logSumExpGrad(dxs.at(r), add, xs.at(r), n, dyr, yr);
              case NORM -> normGrad(dxs.at(r), add, xs.at(r), n, dyr, yr);
              case SUM, MEAN ->
                  throw new IllegalArgumentException(
                      "reduceGrad: " + f + " has no kernel: copy or scale dy");
            }
          }
        });
  }

  private static void winner(long dx, boolean add, long x, int n, float dy, float y) {
    int index = Order.indexOf(x, n, y);
    Strided.zero(dx, n, add);
    if (index >= 0) {
      long at = dx + 4L * index;
      ALL.set(FLOAT, at, add ? ALL.get(FLOAT, at) + dy : dy);
    }
  }

  private static void logSumExpGrad(long dx, boolean add, long x, int n, float dy, float y) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      put(VectorMath.exp(load(x + o).sub(y)).mul(dy), dx + o, add);
    }
    if (i < n) {
      long o = 4L * i;
      VectorMask<Float> mask = first(n - i);
      put(VectorMath.exp(load(x + o, mask).sub(y)).mul(dy), dx + o, add, mask);
    }
  }

  private static void normGrad(long dx, boolean add, long x, int n, float dy, float y) {
    if (y == 0) {
      Strided.zero(dx, n, add);
      return;
    }
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      put(load(x + o).div(y).mul(dy), dx + o, add);
    }
    if (i < n) {
      long o = 4L * i;
      VectorMask<Float> mask = first(n - i);
      put(load(x + o, mask).div(y).mul(dy), dx + o, add, mask);
    }
  }
}
