package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.FLOAT;
import static dev.weft.kernels.cpu.Strided.INT;
import static dev.weft.kernels.cpu.Vectors.ALL;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Tensor;

/// Rows and elements picked by id, their gradients, and cumulated sums.
final class Tables {
  /// Columns that a thread takes at least of a scattered addition.
  private static final int COLUMNS = 64;

  private static final int NAN = Float.floatToRawIntBits(Float.NaN);

  private final Team team;

  Tables(Team team) {
    this.team = team;
  }

  void cumsum(Grad y, Tensor x, boolean reverse) {
    RowAddresses ys = RowAddresses.of(y.tensor());
    RowAddresses xs = RowAddresses.of(x);
    int n = xs.n();
    boolean add = y.accumulate();
    team.split(
        xs.count(),
        xs.least(),
        (from, to) -> {
          for (long r = from; r < to; r++) {
            if (reverse) {
              cumsum(ys.at(r) + 4L * (n - 1), add, xs.at(r) + 4L * (n - 1), -4, n);
            } else {
              cumsum(ys.at(r), add, xs.at(r), 4, n);
            }
          }
        });
  }

  private static void cumsum(long y, boolean add, long x, long step, int n) {
    float sum = -0f; // −0 + x is x, also for x = −0
    for (int i = 0; i < n; i++) {
      sum += ALL.get(FLOAT, x + i * step);
      long at = y + i * step;
      ALL.set(FLOAT, at, add ? ALL.get(FLOAT, at) + sum : sum);
    }
  }

  void gather(Tensor y, Tensor x, Tensor ids) {
    RowAddresses ys = RowAddresses.of(y);
    RowAddresses xs = RowAddresses.of(x);
    RowAddresses is = RowAddresses.of(ids);
    int k = ys.n();
    team.split(
        ys.count(),
        ys.least(),
        (from, to) -> {
          for (long r = from; r < to; r++) {
            for (int j = 0; j < k; j++) {
              int id = ALL.get(INT, is.at(r) + 4L * j);
              int bits = id < 0 ? NAN : ALL.get(INT, xs.at(r) + 4L * id);
              ALL.set(INT, ys.at(r) + 4L * j, bits);
            }
          }
        });
  }

  void gatherGrad(Grad dx, Tensor dy, Tensor ids) {
    RowAddresses dxs = RowAddresses.of(dx.tensor());
    RowAddresses dys = RowAddresses.of(dy);
    RowAddresses is = RowAddresses.of(ids);
    int k = dys.n();
    team.split(
        dxs.count(),
        dxs.least(),
        (from, to) -> {
          for (long r = from; r < to; r++) {
            if (!dx.accumulate()) {
              Strided.zero(dxs.at(r), dxs.n(), false);
            }
            for (int j = 0; j < k; j++) {
              long at = dxs.at(r) + 4L * ALL.get(INT, is.at(r) + 4L * j);
              ALL.set(FLOAT, at, ALL.get(FLOAT, at) + ALL.get(FLOAT, dys.at(r) + 4L * j));
            }
          }
        });
  }

  /// Copies rows of any type.
  void embedding(Tensor y, Tensor table, Tensor ids) {
    RowAddresses ys = RowAddresses.of(y);
    RowAddresses rows = RowAddresses.of(table);
    RowAddresses is = RowAddresses.ofScalars(ids);
    long bytes = (long) ys.n() * y.dtype().bytes();
    team.split(
        ys.count(),
        ys.least(),
        (from, to) -> {
          for (long i = from; i < to; i++) {
            Strided.copy(ys.at(i), rows.at(ALL.get(INT, is.at(i))), bytes);
          }
        });
  }

  /// Threads take columns, so that each element sees its additions in the order of i.
  void embeddingGrad(Grad dTable, Tensor dy, Tensor ids) {
    RowAddresses rows = RowAddresses.of(dTable.tensor());
    RowAddresses dys = RowAddresses.of(dy);
    RowAddresses is = RowAddresses.ofScalars(ids);
    if (!dTable.accumulate()) {
      team.split(
          rows.count(),
          rows.least(),
          (from, to) -> {
            for (long r = from; r < to; r++) {
              Strided.zero(rows.at(r), rows.n(), false);
            }
          });
    }
    int columns = rows.n();
    int blocks = Math.ceilDiv(columns, COLUMNS);
    long least = Math.max(1, Walk.GRAIN / Math.max(1, is.count() * COLUMNS));
    team.split(
        blocks,
        least,
        (from, to) -> {
          int column = (int) from * COLUMNS;
          int width = Math.min(columns, (int) to * COLUMNS) - column;
          for (long i = 0; i < is.count(); i++) {
            long row = rows.at(ALL.get(INT, is.at(i)));
            Strided.add(row + 4L * column, dys.at(i) + 4L * column, width);
          }
        });
  }
}
