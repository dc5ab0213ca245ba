package dev.weft.tensor;

import java.util.Arrays;
import java.util.Comparator;

/// The definitions that go along a row: reductions, order, cumulated sums.
final class ReferenceReductions {
  private ReferenceReductions() {}

  static void reduce(Reduce f, Grad y, Tensor x) {
    Real r = Real.of(x.dtype());
    Elements ys = Elements.of(y);
    Elements xs = Elements.of(x);
    int n = x.shape().last();
    for (long row = 0; row < y.tensor().size(); row++) {
      ys.put(row, reduce(f, r, xs.row(row), n));
    }
  }

  private static double reduce(Reduce f, Real r, Elements x, int n) {
    return switch (f) {
      case SUM -> sum(r, x, n);
      case MEAN -> r.mul(sum(r, x, n), r.of(1.0 / n));
      case MAX -> max(x, n);
      case MIN -> min(x, n);
      case LOG_SUM_EXP -> {
        double m = max(x, n);
        yield Double.isInfinite(m) ? m : r.add(m, r.log(sumOfExp(r, x, n, m)));
      }
      case NORM -> r.sqrt(sumOfSquares(r, x, n));
    };
  }

  static double sum(Real r, Elements x, int n) {
    Lanes lanes = new Lanes(r);
    for (int j = 0; j < n; j++) {
      lanes.add(j, x.get(j));
    }
    return lanes.sum();
  }

  static double sumOfSquares(Real r, Elements x, int n) {
    Lanes lanes = new Lanes(r);
    for (int j = 0; j < n; j++) {
      lanes.add(j, x.get(j), x.get(j));
    }
    return lanes.sum();
  }

  /// Σ exp(x − m).
  static double sumOfExp(Real r, Elements x, int n, double m) {
    Lanes lanes = new Lanes(r);
    for (int j = 0; j < n; j++) {
      lanes.add(j, r.exp(r.sub(x.get(j), m)));
    }
    return lanes.sum();
  }

  static double max(Elements x, int n) {
    double max = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < n; j++) {
      max = Math.max(max, x.get(j));
    }
    return max;
  }

  private static double min(Elements x, int n) {
    double min = Double.POSITIVE_INFINITY;
    for (int j = 0; j < n; j++) {
      min = Math.min(min, x.get(j));
    }
    return min;
  }

  static void reduceGrad(Reduce f, Grad dx, Tensor dy, Tensor x, Tensor y) {
    Real r = Real.of(x.dtype());
    Elements dxs = Elements.of(dx);
    Elements dys = Elements.of(dy);
    Elements xs = Elements.of(x);
    Elements ys = Elements.of(y);
    int n = x.shape().last();
    for (long row = 0; row < y.size(); row++) {
      Elements dxRow = dxs.row(row);
      Elements xRow = xs.row(row);
      double dyr = dys.get(row);
      double yr = ys.get(row);
      switch (f) {
        case SUM, MEAN ->
            throw new IllegalArgumentException(
                "reduceGrad: " + f + " has no kernel: copy or scale dy");
        case MAX, MIN -> {
          int winner = indexOf(yr, xRow, n);
          for (int j = 0; j < n; j++) {
            dxRow.put(j, j == winner ? dyr : 0);
          }
        }
        case LOG_SUM_EXP -> {
          for (int j = 0; j < n; j++) {
            dxRow.put(j, r.mul(dyr, r.exp(r.sub(xRow.get(j), yr))));
          }
        }
        case NORM -> {
          for (int j = 0; j < n; j++) {
            dxRow.put(j, yr == 0 ? 0 : r.mul(dyr, r.div(xRow.get(j), yr)));
          }
        }
      }
    }
  }

  /// The first place where a value stands, or the first NaN.
  private static int indexOf(double value, Elements x, int n) {
    for (int j = 0; j < n; j++) {
      if (x.get(j) == value || Double.isNaN(x.get(j))) {
        return j;
      }
    }
    return -1;
  }

  static void argmax(Tensor y, Tensor x) {
    Elements ys = Elements.of(y);
    Elements xs = Elements.of(x);
    int n = x.shape().last();
    for (long row = 0; row < y.size(); row++) {
      Elements xRow = xs.row(row);
      int best = 0;
      for (int j = 1; j < n; j++) {
        if (order(xRow.get(j), xRow.get(best)) > 0) {
          best = j;
        }
      }
      ys.set(row, best);
    }
  }

  static void topK(Tensor values, Tensor ids, Tensor x, boolean descending) {
    Elements vs = Elements.of(values);
    Elements is = Elements.of(ids);
    Elements xs = Elements.of(x);
    int n = x.shape().last();
    int k = values.shape().last();
    Integer[] order = new Integer[n];
    for (long row = 0; row < x.shape().rows(); row++) {
      Elements xRow = xs.row(row);
      Arrays.setAll(order, j -> j);
      Comparator<Integer> ascending = (a, b) -> order(xRow.get(a), xRow.get(b));
      Arrays.sort(
          order, descending ? ascending.reversed() : ascending); // stable: smaller index first
      for (int j = 0; j < k; j++) {
        vs.set(row, j, xRow.get(order[j]));
        is.set(row, j, order[j]);
      }
    }
  }

  /// Numeric order with NaN above everything; −0 equals 0.
  private static int order(double a, double b) {
    if (Double.isNaN(a) || Double.isNaN(b)) {
      return Boolean.compare(Double.isNaN(a), Double.isNaN(b));
    }
    return a < b ? -1 : a > b ? 1 : 0;
  }

  static void cumsum(Grad y, Tensor x, boolean reverse) {
    Real r = Real.of(x.dtype());
    Elements ys = Elements.of(y);
    Elements xs = Elements.of(x);
    int n = x.shape().last();
    for (long row = 0; row < x.shape().rows(); row++) {
      Elements xRow = xs.row(row);
      Elements yRow = ys.row(row);
      double sum = 0;
      for (int i = 0; i < n; i++) {
        int j = reverse ? n - 1 - i : i;
        sum = i == 0 ? xRow.get(j) : r.add(sum, xRow.get(j));
        yRow.put(j, sum);
      }
    }
  }

  static void gather(Tensor y, Tensor x, Tensor ids) {
    Elements ys = Elements.of(y);
    Elements xs = Elements.of(x);
    Elements is = Elements.of(ids);
    for (long row = 0; row < y.shape().rows(); row++) {
      for (int j = 0; j < y.shape().last(); j++) {
        int id = is.row(row).id(j);
        ys.set(row, j, id < 0 ? Double.NaN : xs.get(row, id));
      }
    }
  }

  static void gatherGrad(Grad dx, Tensor dy, Tensor ids) {
    Real r = Real.of(dy.dtype());
    Elements dxs = Elements.of(dx);
    Elements dys = Elements.of(dy);
    Elements is = Elements.of(ids);
    dxs.clear();
    for (long row = 0; row < dy.shape().rows(); row++) {
      Elements dxRow = dxs.row(row);
      for (int j = 0; j < dy.shape().last(); j++) {
        int id = is.row(row).id(j);
        dxRow.set(id, r.add(dxRow.get(id), dys.get(row, j)));
      }
    }
  }
}
