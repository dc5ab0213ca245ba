package dev.weft.tensor;

/// The definitions of matrix products, of packed weights, and of rows taken from tables.
final class ReferenceProducts {
  private ReferenceProducts() {}

  static void matmul(Grad c, Tensor a, Tensor b) {
    Real r = Real.of(a.dtype());
    Elements cs = Elements.of(c);
    Elements as = Elements.of(a);
    Elements bs = Elements.of(b);
    int rows = a.dim(-2);
    int depth = a.dim(-1);
    int columns = b.dim(-1);
    long batches = rows == 0 || columns == 0 ? 0 : c.tensor().size() / ((long) rows * columns);
    for (long batch = 0; batch < batches; batch++) {
      Elements aMatrix = as.matrix(batch);
      Elements bMatrix = bs.matrix(batch);
      Elements cMatrix = cs.matrix(batch);
      double[][] columnsOfB = new double[columns][];
      for (int n = 0; n < columns; n++) {
        columnsOfB[n] = bMatrix.column(n).values();
      }
      for (int m = 0; m < rows; m++) {
        double[] aRow = aMatrix.row(m).values();
        Elements cRow = cMatrix.row(m);
        for (int n = 0; n < columns; n++) {
          cRow.set(n, chain(r, aRow, columnsOfB[n], 0, depth, cRow.start(n)));
        }
      }
    }
  }

  /// start + Σ a[k] · b[k] for k from … to − 1, ascending, fused.
  private static double chain(Real r, double[] a, double[] b, int from, int to, double start) {
    double chain = start;
    for (int k = from; k < to; k++) {
      chain = r.fma(a[k], b[k], chain);
    }
    return chain;
  }

  static void pack(Weight target, Tensor matrix) {
    Elements values = Elements.of(target.panels());
    Elements scales = Elements.orNull(target.scales());
    Elements ws = Elements.of(matrix);
    int in = target.in();
    int out = target.out();
    int padded = target.panels().dim(0) * target.layout().width();
    for (int n = 0; n < padded; n++) {
      Elements column = n < out ? ws.column(n) : null;
      for (int from = 0; from < in; from += Weight.GROUP) {
        int to = Math.min(in, from + Weight.GROUP);
        double scale = 1;
        if (scales != null) {
          scale = column == null ? 0 : Real.F32.div(largest(column, from, to), 127);
          scales.set(target.scaleIndex(from, n), scale);
        }
        for (int k = from; k < to; k++) {
          double w = column == null ? 0 : column.get(k);
          values.set(target.index(k, n), scales == null ? w : quantised(w, scale));
        }
      }
      for (int k = in; k < target.panels().dim(1); k++) {
        values.set(target.index(k, n), 0);
      }
    }
  }

  private static double largest(Elements column, int from, int to) {
    double largest = 0;
    for (int k = from; k < to; k++) {
      largest = Math.max(largest, Math.abs(column.get(k)));
    }
    return largest;
  }

  private static double quantised(double w, double scale) {
    return scale == 0 ? 0 : Math.clamp(Math.rint(Real.F32.div(w, scale)), -127, 127);
  }

  static void linear(
      Tensor y, Tensor x, Weight w, Tensor bias, Activation activation, Tensor residual) {
    Real r = Real.of(x.dtype());
    Elements ys = Elements.of(y);
    Elements xs = Elements.of(x);
    Elements biases = Elements.orNull(bias);
    Elements residuals = Elements.orNull(residual);
    double[][] rows = new double[Math.toIntExact(x.shape().rows())][];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = xs.row(row).values();
    }
    for (int n = 0; n < w.out(); n++) {
      double[] column = column(w, n);
      for (int row = 0; row < rows.length; row++) {
        double value = product(r, w, n, rows[row], column);
        if (biases != null) {
          value = r.add(value, biases.get(n));
        }
        value =
            switch (activation) {
              case NONE -> value;
              case GELU_TANH -> Unary.GELU_TANH.f(r, value);
            };
        if (residuals != null) {
          value = r.add(value, residuals.get(row, n));
        }
        ys.set(row, n, value);
      }
    }
  }

  /// x · column n of w, the stored values of which are `column`.
  static double product(Real r, Weight w, int n, double[] x, double[] column) {
    if (w.scales() == null) {
      return chain(r, x, column, 0, column.length, 0);
    }
    Elements scales = Elements.of(w.scales());
    double sum = 0;
    for (int from = 0; from < column.length; from += Weight.GROUP) {
      int to = Math.min(column.length, from + Weight.GROUP);
      double scale = scales.get(w.scaleIndex(from, n));
      sum = r.fma(scale, chain(r, x, column, from, to, 0), sum);
    }
    return sum;
  }

  /// Column n of a weight as it is stored: the values of an I8 pack without their scales.
  static double[] column(Weight w, int n) {
    if (!w.packed()) {
      return Elements.of(w.dense()).column(n).values();
    }
    Elements panels = Elements.of(w.panels());
    double[] column = new double[w.in()];
    for (int k = 0; k < column.length; k++) {
      column[k] = panels.get(w.index(k, n));
    }
    return column;
  }

  static void embedding(Tensor y, Tensor table, Tensor ids) {
    Elements ys = Elements.of(y);
    Elements rows = Elements.of(table);
    Elements is = Elements.of(ids);
    for (long i = 0; i < ids.size(); i++) {
      Elements from = rows.row(is.id(i));
      for (int c = 0; c < table.shape().last(); c++) {
        ys.set(i, c, from.get(c));
      }
    }
  }

  static void column(Tensor y, Weight w, Tensor ids) {
    Elements ys = Elements.of(y);
    Elements scales = Elements.orNull(w.scales());
    Elements is = Elements.of(ids);
    for (long i = 0; i < ids.size(); i++) {
      int n = is.id(i);
      double[] column = column(w, n);
      for (int k = 0; k < column.length; k++) {
        double scale = scales == null ? 1 : scales.get(w.scaleIndex(k, n));
        ys.set(i, k, scales == null ? column[k] : Real.F32.mul(scale, column[k]));
      }
    }
  }

  static void embeddingGrad(Grad dTable, Tensor dy, Tensor ids) {
    Real r = Real.of(dy.dtype());
    Elements rows = Elements.of(dTable);
    Elements dys = Elements.of(dy);
    Elements is = Elements.of(ids);
    rows.clear();
    for (long i = 0; i < ids.size(); i++) {
      Elements row = rows.row(is.id(i));
      for (int c = 0; c < dy.shape().last(); c++) {
        row.set(c, r.add(row.get(c), dys.get(i, c)));
      }
    }
  }
}
