package dev.weft.tensor;

/// The definitions of the normalisations.
final class ReferenceNorms {
  private ReferenceNorms() {}

  static void layerNorm(Tensor y, Tensor stats, Tensor x, Tensor w, Tensor b, double eps) {
    Real r = Real.of(x.dtype());
    Elements ys = Elements.of(y);
    Elements ss = Elements.of(stats);
    Elements xs = Elements.of(x);
    Elements ws = Elements.of(w);
    Elements bs = Elements.of(b);
    int n = x.shape().last();
    double share = r.of(1.0 / n);
    for (long row = 0; row < x.shape().rows(); row++) {
      double mean = r.mul(ReferenceReductions.sum(r, xs.row(row), n), share);
      Lanes squares = new Lanes(r);
      for (int j = 0; j < n; j++) {
        double deviation = r.sub(xs.get(row, j), mean);
        squares.add(j, deviation, deviation);
      }
      double rstd = inverseRoot(r, r.mul(squares.sum(), share), eps);
      ss.set(2 * row, mean);
      ss.set(2 * row + 1, rstd);
      for (int j = 0; j < n; j++) {
        double h = r.mul(r.sub(xs.get(row, j), mean), rstd);
        ys.set(row, j, r.fma(h, ws.get(j), bs.get(j)));
      }
    }
  }

  static void layerNormGrad(
      Grad dx, Grad dw, Grad db, Tensor dy, Tensor x, Tensor w, Tensor stats) {
    Real r = Real.of(x.dtype());
    Elements dys = Elements.of(dy);
    Elements ws = Elements.of(w);
    Elements ss = Elements.of(stats);
    int n = x.shape().last();
    double share = r.of(1.0 / n);
    double[][] h = new double[Math.toIntExact(x.shape().rows())][];
    for (int row = 0; row < h.length; row++) {
      h[row] = normal(r, Elements.of(x).row(row), n, ss.get(2L * row), ss.get(2L * row + 1));
    }
    if (dx != null) {
      Elements dxs = Elements.of(dx);
      for (int row = 0; row < h.length; row++) {
        Lanes gs = new Lanes(r);
        Lanes ghs = new Lanes(r);
        for (int j = 0; j < n; j++) {
          double g = r.mul(dys.get(row, j), ws.get(j));
          gs.add(j, g);
          ghs.add(j, g, h[row][j]);
        }
        double a = r.mul(gs.sum(), share);
        double b = r.mul(ghs.sum(), share);
        for (int j = 0; j < n; j++) {
          double g = r.mul(dys.get(row, j), ws.get(j));
          dxs.put(row, j, r.mul(ss.get(2L * row + 1), r.fma(-h[row][j], b, r.sub(g, a))));
        }
      }
    }
    if (dw != null) {
      Elements dws = Elements.of(dw);
      for (int j = 0; j < n; j++) {
        dws.put(j, sumOverRows(r, dys, h, j));
      }
    }
    if (db != null) {
      Elements dbs = Elements.of(db);
      for (int j = 0; j < n; j++) {
        dbs.put(j, sumOverRows(r, dys, h.length, j));
      }
    }
  }

  static void rmsNorm(Tensor y, Tensor stats, Tensor x, Tensor w, double eps) {
    Real r = Real.of(x.dtype());
    Elements ys = Elements.of(y);
    Elements ss = Elements.of(stats);
    Elements xs = Elements.of(x);
    Elements ws = Elements.of(w);
    int n = x.shape().last();
    for (long row = 0; row < x.shape().rows(); row++) {
      double squares = ReferenceReductions.sumOfSquares(r, xs.row(row), n);
      double rstd = inverseRoot(r, r.mul(squares, r.of(1.0 / n)), eps);
      ss.set(row, rstd);
      for (int j = 0; j < n; j++) {
        ys.set(row, j, r.mul(r.mul(xs.get(row, j), rstd), ws.get(j)));
      }
    }
  }

  static void rmsNormGrad(Grad dx, Grad dw, Tensor dy, Tensor x, Tensor w, Tensor stats) {
    Real r = Real.of(x.dtype());
    Elements dys = Elements.of(dy);
    Elements ws = Elements.of(w);
    Elements ss = Elements.of(stats);
    int n = x.shape().last();
    double[][] h = new double[Math.toIntExact(x.shape().rows())][];
    for (int row = 0; row < h.length; row++) {
      h[row] = normal(r, Elements.of(x).row(row), n, 0, ss.get(row));
    }
    if (dx != null) {
      Elements dxs = Elements.of(dx);
      for (int row = 0; row < h.length; row++) {
        Lanes ghs = new Lanes(r);
        for (int j = 0; j < n; j++) {
          ghs.add(j, r.mul(dys.get(row, j), ws.get(j)), h[row][j]);
        }
        double b = r.mul(ghs.sum(), r.of(1.0 / n));
        for (int j = 0; j < n; j++) {
          double g = r.mul(dys.get(row, j), ws.get(j));
          dxs.put(row, j, r.mul(ss.get(row), r.fma(-h[row][j], b, g)));
        }
      }
    }
    if (dw != null) {
      Elements dws = Elements.of(dw);
      for (int j = 0; j < n; j++) {
        dws.put(j, sumOverRows(r, dys, h, j));
      }
    }
  }

  static void batchNorm(
      Tensor y,
      Tensor stats,
      Tensor running,
      Tensor x,
      Tensor w,
      Tensor b,
      double momentum,
      double eps) {
    Real r = Real.of(x.dtype());
    Elements ys = Elements.of(y);
    Elements ss = Elements.of(stats);
    Elements xs = Elements.of(x);
    Elements ws = Elements.of(w);
    Elements bs = Elements.of(b);
    long rows = x.shape().rows();
    double share = r.of(1.0 / rows);
    for (int c = 0; c < x.shape().last(); c++) {
      double mean = r.mul(sumOverRows(r, xs, rows, c), share);
      Lanes squares = new Lanes(r);
      for (long row = 0; row < rows; row++) {
        double deviation = r.sub(xs.get(row, c), mean);
        squares.add(row, deviation, deviation);
      }
      double sum = squares.sum();
      double rstd = inverseRoot(r, r.mul(sum, share), eps);
      ss.set(0, c, mean);
      ss.set(1, c, rstd);
      if (running != null) {
        move(r, Elements.of(running).row(0), c, mean, momentum);
        move(r, Elements.of(running).row(1), c, r.mul(sum, r.of(1.0 / (rows - 1))), momentum);
      }
      for (long row = 0; row < rows; row++) {
        double h = r.mul(r.sub(xs.get(row, c), mean), rstd);
        ys.set(row, c, r.fma(h, ws.get(c), bs.get(c)));
      }
    }
  }

  private static void move(Real r, Elements running, int c, double value, double momentum) {
    double old = running.get(c);
    running.set(c, r.fma(r.of(momentum), r.sub(value, old), old));
  }

  static void batchNormInference(
      Tensor y, Tensor running, Tensor x, Tensor w, Tensor b, double eps) {
    Real r = Real.of(x.dtype());
    Elements ys = Elements.of(y);
    Elements means = Elements.of(running).row(0);
    Elements variances = Elements.of(running).row(1);
    Elements xs = Elements.of(x);
    Elements ws = Elements.of(w);
    Elements bs = Elements.of(b);
    for (int c = 0; c < x.shape().last(); c++) {
      double rstd = inverseRoot(r, variances.get(c), eps);
      for (long row = 0; row < x.shape().rows(); row++) {
        double h = r.mul(r.sub(xs.get(row, c), means.get(c)), rstd);
        ys.set(row, c, r.fma(h, ws.get(c), bs.get(c)));
      }
    }
  }

  static void batchNormGrad(
      Grad dx, Grad dw, Grad db, Tensor dy, Tensor x, Tensor w, Tensor stats) {
    Real r = Real.of(x.dtype());
    Elements dxs = Elements.orNull(dx);
    Elements dws = Elements.orNull(dw);
    Elements dbs = Elements.orNull(db);
    Elements dys = Elements.of(dy);
    Elements ws = Elements.of(w);
    Elements xs = Elements.of(x);
    Elements ss = Elements.of(stats);
    long rows = x.shape().rows();
    double share = r.of(1.0 / rows);
    for (int c = 0; c < x.shape().last(); c++) {
      double mean = ss.get(0, c);
      double rstd = ss.get(1, c);
      Lanes products = new Lanes(r);
      for (long row = 0; row < rows; row++) {
        products.add(row, dys.get(row, c), r.mul(r.sub(xs.get(row, c), mean), rstd));
      }
      double gain = products.sum();
      double bias = sumOverRows(r, dys, rows, c);
      if (dxs != null) {
        for (long row = 0; row < rows; row++) {
          double h = r.mul(r.sub(xs.get(row, c), mean), rstd);
          double centred = r.sub(dys.get(row, c), r.mul(bias, share));
          double slope = r.fma(-h, r.mul(gain, share), centred);
          dxs.put(row, c, r.mul(r.mul(ws.get(c), rstd), slope));
        }
      }
      if (dws != null) {
        dws.put(c, gain);
      }
      if (dbs != null) {
        dbs.put(c, bias);
      }
    }
  }

  /// 1 / √(variance + eps).
  private static double inverseRoot(Real r, double variance, double eps) {
    return r.div(1, r.sqrt(r.add(variance, r.of(eps))));
  }

  /// (x − mean) · rstd of a row.
  private static double[] normal(Real r, Elements x, int n, double mean, double rstd) {
    double[] h = new double[n];
    for (int j = 0; j < n; j++) {
      h[j] = r.mul(r.sub(x.get(j), mean), rstd);
    }
    return h;
  }

  /// Σ x of column j, by lanes over rows.
  private static double sumOverRows(Real r, Elements x, long rows, int j) {
    Lanes lanes = new Lanes(r);
    for (long row = 0; row < rows; row++) {
      lanes.add(row, x.get(row, j));
    }
    return lanes.sum();
  }

  /// Σ dy · h of column j, by lanes over rows.
  private static double sumOverRows(Real r, Elements dy, double[][] h, int j) {
    Lanes lanes = new Lanes(r);
    for (int row = 0; row < h.length; row++) {
      lanes.add(row, dy.get(row, j), h[row][j]);
    }
    return lanes.sum();
  }
}
