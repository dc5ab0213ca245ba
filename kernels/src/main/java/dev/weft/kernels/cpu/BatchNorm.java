package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.FLOAT;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.first;
import static dev.weft.kernels.cpu.Vectors.load;
import static dev.weft.kernels.cpu.Vectors.put;
import static dev.weft.kernels.cpu.Vectors.store;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Tensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Batch norm over the rows of x (R, C); threads take blocks of columns.
final class BatchNorm {
  private final Team team;

  BatchNorm(Team team) {
    this.team = team;
  }

  /// Work on the columns from `column` on, `width` of them; o is their offset in bytes.
  private interface Columns {
    void run(ColumnSums sums, int column, int width);
  }

  private void columns(Tensor x, Columns body) {
    int n = x.shape().last();
    long rows = x.shape().rows();
    int widest = ColumnSums.width(n, 1, team);
    long blocks = Math.ceilDiv(n, widest);
    long least = Math.max(1, Walk.GRAIN / Math.max(1, rows * widest));
    team.split(
        blocks,
        least,
        (from, to) -> {
          try (ColumnSums sums = new ColumnSums(x.device(), rows, widest)) {
            for (long block = from; block < to; block++) {
              int column = (int) block * widest;
              body.run(sums, column, Math.min(widest, n - column));
            }
          }
        });
  }

  void batchNorm(
      Tensor y,
      Tensor stats,
      Tensor running,
      Tensor x,
      Tensor w,
      Tensor b,
      double momentum,
      double eps) {
    RowAddresses ys = RowAddresses.of(y);
    RowAddresses ss = RowAddresses.of(stats);
    RowAddresses xs = RowAddresses.of(x);
    RowAddresses old = running == null ? null : RowAddresses.of(running);
    long rows = xs.count();
    float share = (float) (1.0 / rows);
    float unbiased = (float) (1.0 / (rows - 1));
    columns(
        x,
        (sums, column, width) -> {
          long o = 4L * column;
          long mean = ss.at(0) + o;
          long rstd = ss.at(1) + o;
          sums.clear(width);
          for (long r = 0; r < rows; r++) {
            sums.add(r, xs.at(r) + o);
          }
          sums.finish(mean, share, false);
          sums.clear(width);
          for (long r = 0; r < rows; r++) {
            sums.addDeviation(r, xs.at(r) + o, mean);
          }
          sums.finish(rstd, 1, false);
          for (int c = 0; c < width; c++) {
            float squares = ALL.get(FLOAT, rstd + 4L * c);
            if (old != null) {
              move(old.at(0) + o + 4L * c, ALL.get(FLOAT, mean + 4L * c), (float) momentum);
              move(old.at(1) + o + 4L * c, squares * unbiased, (float) momentum);
            }
            ALL.set(FLOAT, rstd + 4L * c, LayerNorm.inverseRoot(squares * share, eps));
          }
          for (long r = 0; r < rows; r++) {
            normal(ys.at(r) + o, xs.at(r) + o, mean, rstd, w.address() + o, b.address() + o, width);
          }
        });
  }

  private static void move(long running, float value, float momentum) {
    float old = ALL.get(FLOAT, running);
    ALL.set(FLOAT, running, Math.fma(momentum, value - old, old));
  }

  void batchNormInference(Tensor y, Tensor running, Tensor x, Tensor w, Tensor b, double eps) {
    RowAddresses ys = RowAddresses.of(y);
    RowAddresses means = RowAddresses.of(running);
    RowAddresses xs = RowAddresses.of(x);
    int n = xs.n();
    try (Scratch scratch = new Scratch(x.device(), 4L * n)) {
      for (int c = 0; c < n; c++) {
        float variance = ALL.get(FLOAT, means.at(1) + 4L * c);
        ALL.set(FLOAT, scratch.address + 4L * c, LayerNorm.inverseRoot(variance, eps));
      }
      team.split(
          xs.count(),
          xs.least(),
          (from, to) -> {
            for (long r = from; r < to; r++) {
              normal(ys.at(r), xs.at(r), means.at(0), scratch.address, w.address(), b.address(), n);
            }
          });
    }
  }

  /// y = fma((x − mean) · rstd, w, b), all of them vectors over columns.
  private static void normal(long y, long x, long mean, long rstd, long w, long b, int n) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      FloatVector h = load(x + o).sub(load(mean + o)).mul(load(rstd + o));
      store(h.fma(load(w + o), load(b + o)), y + o);
    }
    if (i < n) {
      long o = 4L * i;
      VectorMask<Float> mask = first(n - i);
      FloatVector h = load(x + o, mask).sub(load(mean + o, mask)).mul(load(rstd + o, mask));
      store(h.fma(load(w + o, mask), load(b + o, mask)), y + o, mask);
    }
  }

  void batchNormGrad(Grad dx, Grad dw, Grad db, Tensor dy, Tensor x, Tensor w, Tensor stats) {
    RowAddresses dys = RowAddresses.of(dy);
    RowAddresses xs = RowAddresses.of(x);
    RowAddresses ss = RowAddresses.of(stats);
    RowAddresses dxs = dx == null ? null : RowAddresses.of(dx.tensor());
    long rows = xs.count();
    float share = (float) (1.0 / rows);
    columns(
        x,
        (sums, column, width) -> {
          long o = 4L * column;
          long mean = ss.at(0) + o;
          long rstd = ss.at(1) + o;
          try (Scratch scratch = new Scratch(x.device(), 8L * width + 128)) {
            long gain = scratch.address;
            long bias = gain + 4L * width + 64;
            sums.clear(width);
            for (long r = 0; r < rows; r++) {
              sums.addNormal(r, dys.at(r) + o, xs.at(r) + o, mean, rstd);
            }
            finish(sums, gain, dw, o, share);
            sums.clear(width);
            for (long r = 0; r < rows; r++) {
              sums.add(r, dys.at(r) + o);
            }
            finish(sums, bias, db, o, share);
            for (long r = 0; dxs != null && r < rows; r++) {
              gradient(
                  dxs.at(r) + o,
                  dx.accumulate(),
                  dys.at(r) + o,
                  xs.at(r) + o,
                  mean,
                  rstd,
                  w.address() + o,
                  gain,
                  bias,
                  width);
            }
          }
        });
  }

  /// The sum times 1/R to `shared`, and the sum itself to the gradient when it is wanted.
  private static void finish(ColumnSums sums, long shared, Grad gradient, long o, float share) {
    sums.finish(shared, share, false);
    if (gradient != null) {
      sums.again(gradient.tensor().address() + o, 1, gradient.accumulate());
    }
  }

  /// dx = w · rstd · fma(−h, gain, dy − bias).
  private static void gradient(
      long dx,
      boolean add,
      long dy,
      long x,
      long mean,
      long rstd,
      long w,
      long gain,
      long bias,
      int n) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      FloatVector scale = load(rstd + o);
      FloatVector h = load(x + o).sub(load(mean + o)).mul(scale);
      FloatVector slope = h.neg().fma(load(gain + o), load(dy + o).sub(load(bias + o)));
      put(load(w + o).mul(scale).mul(slope), dx + o, add);
    }
    if (i < n) {
      long o = 4L * i;
      VectorMask<Float> mask = first(n - i);
      FloatVector scale = load(rstd + o, mask);
      FloatVector h = load(x + o, mask).sub(load(mean + o, mask)).mul(scale);
      FloatVector slope = h.neg().fma(load(gain + o), load(dy + o, mask).sub(load(bias + o)));
      put(load(w + o, mask).mul(scale).mul(slope), dx + o, add, mask);
    }
  }
}
