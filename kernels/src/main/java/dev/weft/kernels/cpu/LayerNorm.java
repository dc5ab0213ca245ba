package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.FLOAT;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.all;
import static dev.weft.kernels.cpu.Vectors.first;
import static dev.weft.kernels.cpu.Vectors.load;
import static dev.weft.kernels.cpu.Vectors.put;
import static dev.weft.kernels.cpu.Vectors.store;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Tensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Layer norm and RMS norm over the last axis. Forward and dx go row by row; the gradients of the
/// weights are column sums over all rows, so there threads take columns.
final class LayerNorm {
  private final Team team;

  LayerNorm(Team team) {
    this.team = team;
  }

  void layerNorm(Tensor y, Tensor stats, Tensor x, Tensor w, Tensor b, double eps) {
    RowAddresses ys = RowAddresses.of(y);
    RowAddresses ss = RowAddresses.of(stats);
    RowAddresses xs = RowAddresses.of(x);
    long weight = w.address();
    long bias = b.address();
    int n = xs.n();
    float share = (float) (1.0 / n);
    team.split(
        xs.count(),
        xs.least(),
        (from, to) -> {
          for (long r = from; r < to; r++) {
            float mean = RowSums.sum(xs.at(r), n) * share;
            float variance = RowSums.deviations(ys.at(r), xs.at(r), n, mean) * share;
            float rstd = inverseRoot(variance, eps);
            ALL.set(FLOAT, ss.at(r), mean);
            ALL.set(FLOAT, ss.at(r) + 4, rstd);
            stretch(ys.at(r), weight, bias, n, rstd);
          }
        });
  }

  /// 1 / √(variance + eps).
  static float inverseRoot(float variance, double eps) {
    return 1 / (float) Math.sqrt(variance + (float) eps);
  }

  /// y = y · rstd · w + b.
  private static void stretch(long y, long w, long b, int n, float rstd) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      store(load(y + o).mul(rstd).fma(load(w + o), load(b + o)), y + o);
    }
    if (i < n) {
      long o = 4L * i;
      VectorMask<Float> mask = first(n - i);
      store(load(y + o, mask).mul(rstd).fma(load(w + o, mask), load(b + o, mask)), y + o, mask);
    }
  }

  void layerNormGrad(Grad dx, Grad dw, Grad db, Tensor dy, Tensor x, Tensor w, Tensor stats) {
    RowAddresses ss = RowAddresses.of(stats);
    if (dx != null) {
      rowGradient(dx, dy, x, w, ss, true);
    }
    if (dw != null || db != null) {
      weightGradient(dw, db, dy, x, ss, true);
    }
  }

  void rmsNorm(Tensor y, Tensor stats, Tensor x, Tensor w, double eps) {
    RowAddresses ys = RowAddresses.of(y);
    RowAddresses ss = RowAddresses.ofScalars(stats);
    RowAddresses xs = RowAddresses.of(x);
    long weight = w.address();
    int n = xs.n();
    float share = (float) (1.0 / n);
    team.split(
        xs.count(),
        xs.least(),
        (from, to) -> {
          for (long r = from; r < to; r++) {
            float rstd = inverseRoot(RowSums.squares(xs.at(r), n) * share, eps);
            ALL.set(FLOAT, ss.at(r), rstd);
            scale(ys.at(r), xs.at(r), weight, n, rstd);
          }
        });
  }

  /// y = x · rstd · w, rounded after each.
  private static void scale(long y, long x, long w, int n, float rstd) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      store(load(x + o).mul(rstd).mul(load(w + o)), y + o);
    }
    if (i < n) {
      long o = 4L * i;
      VectorMask<Float> mask = first(n - i);
      store(load(x + o, mask).mul(rstd).mul(load(w + o, mask)), y + o, mask);
    }
  }

  void rmsNormGrad(Grad dx, Grad dw, Tensor dy, Tensor x, Tensor w, Tensor stats) {
    RowAddresses ss = RowAddresses.ofScalars(stats);
    if (dx != null) {
      rowGradient(dx, dy, x, w, ss, false);
    }
    if (dw != null) {
      weightGradient(dw, null, dy, x, ss, false);
    }
  }

  /// dx; without a mean for RMS norm, whose statistics are rstd alone.
  private void rowGradient(
      Grad dx, Tensor dy, Tensor x, Tensor w, RowAddresses ss, boolean centred) {
    RowAddresses dxs = RowAddresses.of(dx.tensor());
    RowAddresses dys = RowAddresses.of(dy);
    RowAddresses xs = RowAddresses.of(x);
    long weight = w.address();
    int n = xs.n();
    float share = (float) (1.0 / n);
    team.split(
        xs.count(),
        xs.least(),
        (from, to) -> {
          try (Scratch scratch = new Scratch(x.device(), 8L * n + 64)) {
            long g = scratch.address;
            long h = g + 4L * n;
            for (long r = from; r < to; r++) {
              float mean = centred ? ALL.get(FLOAT, ss.at(r)) : 0;
              float rstd = ALL.get(FLOAT, centred ? ss.at(r) + 4 : ss.at(r));
              normalise(g, h, dys.at(r), xs.at(r), weight, n, mean, rstd);
              float a = centred ? RowSums.sum(g, n) * share : 0; // g − 0 is g
              float b = RowSums.dot(g, h, n) * share;
              gradient(dxs.at(r), dx.accumulate(), g, h, n, a, b, rstd);
            }
          }
        });
  }

  /// g = dy · w and h = (x − mean) · rstd.
  private static void normalise(
      long g, long h, long dy, long x, long w, int n, float mean, float rstd) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      store(load(dy + o).mul(load(w + o)), g + o);
      store(load(x + o).sub(mean).mul(rstd), h + o);
    }
    if (i < n) {
      long o = 4L * i;
      VectorMask<Float> mask = first(n - i);
      store(load(dy + o, mask).mul(load(w + o, mask)), g + o, mask);
      store(load(x + o, mask).sub(mean).mul(rstd), h + o, mask);
    }
  }

  /// dx = rstd · fma(−h, b, g − a).
  private static void gradient(
      long dx, boolean add, long g, long h, int n, float a, float b, float rstd) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      put(gradient(load(g + o), load(h + o), a, b).mul(rstd), dx + o, add);
    }
    if (i < n) {
      long o = 4L * i;
      VectorMask<Float> mask = first(n - i);
      put(gradient(load(g + o, mask), load(h + o, mask), a, b).mul(rstd), dx + o, add, mask);
    }
  }

  private static FloatVector gradient(FloatVector g, FloatVector h, float a, float b) {
    return h.neg().fma(all(b), g.sub(a));
  }

  /// dw = Σ dy · h and db = Σ dy over rows, where they are wanted.
  private void weightGradient(
      Grad dw, Grad db, Tensor dy, Tensor x, RowAddresses ss, boolean centred) {
    RowAddresses dys = RowAddresses.of(dy);
    RowAddresses xs = RowAddresses.of(x);
    int n = xs.n();
    long rows = xs.count();
    int widest = ColumnSums.width(n, 1, team);
    long blocks = Math.ceilDiv(n, widest);
    long least = Math.max(1, Walk.GRAIN / Math.max(1, rows * widest));
    team.split(
        blocks,
        least,
        (from, to) -> {
          try (ColumnSums gains = new ColumnSums(x.device(), rows, widest);
              ColumnSums biases = new ColumnSums(x.device(), rows, widest)) {
            for (long block = from; block < to; block++) {
              int column = (int) block * widest;
              long o = 4L * column;
              int width = Math.min(widest, n - column);
              gains.clear(width);
              biases.clear(width);
              for (long r = 0; r < rows; r++) {
                float mean = centred ? ALL.get(FLOAT, ss.at(r)) : 0;
                float rstd = ALL.get(FLOAT, centred ? ss.at(r) + 4 : ss.at(r));
                if (dw != null) {
                  gains.addNormal(r, dys.at(r) + o, xs.at(r) + o, mean, rstd);
                }
                if (db != null) {
                  biases.add(r, dys.at(r) + o);
                }
              }
              if (dw != null) {
                gains.finish(dw.tensor().address() + o, 1, dw.accumulate());
              }
              if (db != null) {
                biases.finish(db.tensor().address() + o, 1, db.accumulate());
              }
            }
          }
        });
  }
}
