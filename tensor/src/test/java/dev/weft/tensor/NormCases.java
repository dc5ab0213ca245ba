package dev.weft.tensor;

import java.util.List;

/// Layer, RMS and batch normalisation.
final class NormCases {
  private static final double EPS = 1e-5;

  private NormCases() {}

  static void addTo(List<OpCase> cases) {
    for (int n : new int[] {1, 2, 15, 16, 17, 47, 48, 49, 72, 509, 768}) {
      for (int rows : new int[] {0, 1, 2, 15, 16, 17, 33, 100}) {
        for (Layout layout : new Layout[] {Layout.DENSE, Layout.ROWS_APART}) {
          byRow(cases, layout, rows, n);
          if (rows >= 2) {
            byColumn(cases, layout, rows, n);
          }
        }
      }
    }
  }

  private static OpCase row(
      String kernel, Layout layout, int rows, int n, String rest, OpCase.Body body) {
    long size = (long) rows * n;
    return new OpCase(
        kernel, layout + " (" + rows + ", " + n + ")" + rest, 8 * size, 12 * size, body);
  }

  private static void byRow(List<OpCase> cases, Layout layout, int rows, int n) {
    boolean small = rows <= 17 && n <= 49; // every choice of gradients, or only all of them
    cases.add(
        row(
            "layerNorm",
            layout,
            rows,
            n,
            "",
            t -> {
              Tensor x = t.in(Values.LOGITS, layout, rows, n);
              Tensor w = t.in(n);
              Tensor b = t.in(n);
              Tensor y = t.out(rows, n);
              Tensor stats = t.out(rows, 2);
              return k -> k.layerNorm(y, stats, x, w, b, EPS);
            }));
    cases.add(
        row(
            "rmsNorm",
            layout,
            rows,
            n,
            "",
            t -> {
              Tensor x = t.in(Values.LOGITS, layout, rows, n);
              Tensor w = t.in(n);
              Tensor y = t.out(rows, n);
              Tensor stats = t.out(rows);
              return k -> k.rmsNorm(y, stats, x, w, EPS);
            }));
    for (int wanted = small ? 1 : 7; wanted < 8; wanted++) {
      int which = wanted;
      cases.add(
          row(
              "layerNormGrad",
              layout,
              rows,
              n,
              ", wanted " + which,
              t -> {
                Tensor x = t.in(Values.LOGITS, layout, rows, n);
                Tensor w = t.in(n);
                Tensor stats = t.in(Values.POSITIVE, rows, 2);
                Tensor dy = t.in(Values.UNIFORM, layout, rows, n);
                Grad dx = (which & 1) == 0 ? null : t.grad(layout, rows, n);
                Grad dw = (which & 2) == 0 ? null : t.grad(n);
                Grad db = (which & 4) == 0 ? null : t.grad(n);
                return k -> k.layerNormGrad(dx, dw, db, dy, x, w, stats);
              }));
    }
    for (int wanted = small ? 1 : 3; wanted < 4; wanted++) {
      int which = wanted;
      cases.add(
          row(
              "rmsNormGrad",
              layout,
              rows,
              n,
              ", wanted " + which,
              t -> {
                Tensor x = t.in(Values.LOGITS, layout, rows, n);
                Tensor w = t.in(n);
                Tensor stats = t.in(Values.POSITIVE, rows);
                Tensor dy = t.in(Values.UNIFORM, layout, rows, n);
                Grad dx = (which & 1) == 0 ? null : t.grad(layout, rows, n);
                Grad dw = (which & 2) == 0 ? null : t.grad(n);
                return k -> k.rmsNormGrad(dx, dw, dy, x, w, stats);
              }));
    }
  }

  private static void byColumn(List<OpCase> cases, Layout layout, int rows, int n) {
    boolean small = rows <= 17 && n <= 49;
    for (boolean running : new boolean[] {false, true}) {
      cases.add(
          row(
              "batchNorm",
              layout,
              rows,
              n,
              running ? ", running" : "",
              t -> {
                Tensor x = t.in(Values.LOGITS, layout, rows, n);
                Tensor w = t.in(n);
                Tensor b = t.in(n);
                Tensor y = t.out(rows, n);
                Tensor stats = t.out(2, n);
                Tensor moving = running ? t.state(Values.POSITIVE, 2, n) : null;
                return k -> k.batchNorm(y, stats, moving, x, w, b, 0.1, EPS);
              }));
    }
    cases.add(
        row(
            "batchNormInference",
            layout,
            rows,
            n,
            "",
            t -> {
              Tensor x = t.in(Values.LOGITS, layout, rows, n);
              Tensor w = t.in(n);
              Tensor b = t.in(n);
              Tensor running = t.in(Values.POSITIVE, 2, n);
              Tensor y = t.out(rows, n);
              return k -> k.batchNormInference(y, running, x, w, b, EPS);
            }));
    for (int wanted = small ? 1 : 7; wanted < 8; wanted++) {
      int which = wanted;
      cases.add(
          row(
              "batchNormGrad",
              layout,
              rows,
              n,
              ", wanted " + which,
              t -> {
                Tensor x = t.in(Values.LOGITS, layout, rows, n);
                Tensor w = t.in(n);
                Tensor stats = t.in(Values.POSITIVE, 2, n);
                Tensor dy = t.in(Values.UNIFORM, layout, rows, n);
                Grad dx = (which & 1) == 0 ? null : t.grad(layout, rows, n);
                Grad dw = (which & 2) == 0 ? null : t.grad(n);
                Grad db = (which & 4) == 0 ? null : t.grad(n);
                return k -> k.batchNormGrad(dx, dw, db, dy, x, w, stats);
              }));
    }
  }
}
