package dev.weft.tensor;

import java.util.List;

/// Reductions, order and running sums along rows.
final class ReductionCases {
  private static final int[] LENGTHS = {
    1, 2, 3, 5, 8, 15, 16, 17, 31, 32, 33, 47, 48, 49, 64, 509, 4099
  };

  private ReductionCases() {}

  static void addTo(List<OpCase> cases) {
    for (Reduce f : Reduce.values()) {
      reduce(cases, f);
    }
    order(cases);
    cumsum(cases);
  }

  private static void reduce(List<OpCase> cases, Reduce f) {
    for (Layout layout : Layout.values()) {
      for (int n : LENGTHS) {
        for (int rows : new int[] {0, 1, 17}) {
          one(cases, f, Values.UNIFORM, layout, rows, n);
        }
      }
    }
    for (Values values :
        new Values[] {Values.WIDE, Values.TIES, Values.TIES_AND_NAN, Values.MASKED, Values.BITS}) {
      for (int n : new int[] {1, 4, 17, 49, 509}) {
        one(cases, f, values, Layout.DENSE, 29, n);
      }
    }
    // Long columns and a view of rank 3, as a bias gradient and a mean over heads have them.
    for (int rows : new int[] {1, 16, 17, 31, 256, 1003}) {
      one(cases, f, Values.UNIFORM, Layout.TRANSPOSED, 67, rows);
    }
    one(cases, f, Values.UNIFORM, Layout.TRANSPOSED, 3, 2600);
    cases.add(
        new OpCase(
            "reduce",
            f + " of a permuted view",
            3 * 7 * 35,
            4 * 3 * 7 * 35,
            t -> {
              Tensor x = Ops.permute(t.in(Values.UNIFORM, 35, 3, 7), 1, 2, 0);
              Grad y = t.grad(3, 7);
              return k -> k.reduce(f, y, x);
            }));
    if (f == Reduce.SUM || f == Reduce.NORM) {
      one(cases, f, Values.UNIFORM, Layout.DENSE, 3, 0);
    }
  }

  private static void one(
      List<OpCase> cases, Reduce f, Values values, Layout layout, int rows, int n) {
    String what = f + " of " + values + " " + layout + " (" + rows + ", " + n + ")";
    long size = (long) rows * n;
    cases.add(
        new OpCase(
            "reduce",
            what,
            size,
            4 * size,
            t -> {
              Tensor x = t.in(values, layout, rows, n);
              Grad y = t.grad(rows);
              return k -> k.reduce(f, y, x);
            }));
    if (f != Reduce.SUM && f != Reduce.MEAN) {
      cases.add(
          new OpCase(
              "reduceGrad",
              what,
              2 * size,
              8 * size,
              t -> {
                Tensor x = t.in(values, layout, rows, n);
                Tensor y = t.out(rows);
                t.device().kernels().reduce(f, Grad.into(y), x);
                Tensor dy = t.in(rows);
                Grad dx = t.grad(rows, n);
                return k -> k.reduceGrad(f, dx, dy, x, y);
              }));
    }
  }

  private static void order(List<OpCase> cases) {
    for (Values values :
        new Values[] {Values.UNIFORM, Values.TIES, Values.TIES_AND_NAN, Values.MASKED}) {
      for (Layout layout : new Layout[] {Layout.DENSE, Layout.ROWS_APART}) {
        for (int n : LENGTHS) {
          argmax(cases, values, layout, n);
          for (int keep : new int[] {0, 1, Math.min(n, 5), n}) {
            topK(cases, values, layout, n, keep);
          }
        }
      }
    }
    // Beyond what a device may sort at once: a long list of first ones, few and many of them.
    argmax(cases, Values.TIES_AND_NAN, Layout.ROWS_APART, 10_007);
    for (int keep : new int[] {40, 1000, 1100, 10_007}) {
      topK(cases, Values.TIES_AND_NAN, Layout.ROWS_APART, 10_007, keep);
    }
  }

  private static void argmax(List<OpCase> cases, Values values, Layout layout, int n) {
    cases.add(
        new OpCase(
            "argmax",
            values + " " + layout + " (3, " + n + ")",
            3L * n,
            12L * n,
            t -> {
              Tensor x = t.in(values, layout, 3, n);
              Tensor y = t.out(DType.I32, Layout.DENSE, 3);
              return k -> k.argmax(y, x);
            }));
  }

  private static void topK(List<OpCase> cases, Values values, Layout layout, int n, int keep) {
    for (boolean descending : new boolean[] {true, false}) {
      cases.add(
          new OpCase(
              "topK",
              values
                  + " "
                  + layout
                  + " (3, "
                  + n
                  + ") k "
                  + keep
                  + (descending ? "" : " ascending"),
              3L * n,
              12L * n,
              t -> {
                Tensor x = t.in(values, layout, 3, n);
                Tensor best = t.out(3, keep);
                Tensor ids = t.out(DType.I32, Layout.DENSE, 3, keep);
                return k -> k.topK(best, ids, x, descending);
              }));
    }
  }

  private static void cumsum(List<OpCase> cases) {
    for (boolean reverse : new boolean[] {false, true}) {
      for (int n : LENGTHS) {
        for (int rows : new int[] {0, 1, 17}) {
          cases.add(
              new OpCase(
                  "cumsum",
                  (reverse ? "reverse (" : "(") + rows + ", " + n + ")",
                  n,
                  8L * n,
                  t -> {
                    Tensor x = t.in(Values.UNIFORM, Layout.ROWS_APART, rows, n);
                    Grad y = t.grad(rows, n);
                    return k -> k.cumsum(y, x, reverse);
                  }));
        }
      }
    }
  }
}
