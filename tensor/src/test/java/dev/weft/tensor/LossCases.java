package dev.weft.tensor;

import java.util.List;

/// Softmax and cross entropy.
final class LossCases {
  private static final int[] LENGTHS = {1, 2, 15, 16, 17, 47, 48, 49, 509, 4099};
  private static final int IGNORE = -100;

  private LossCases() {}

  static void addTo(List<OpCase> cases) {
    for (int n : LENGTHS) {
      for (int rows : new int[] {0, 1, 19}) {
        for (Layout layout : new Layout[] {Layout.DENSE, Layout.ROWS_APART}) {
          for (Values values : new Values[] {Values.LOGITS, Values.MASKED, Values.WIDE}) {
            softmax(cases, values, layout, rows, n);
          }
          for (double smoothing : new double[] {0, 0.1}) {
            for (boolean weighted : new boolean[] {false, true}) {
              crossEntropy(cases, layout, rows, n, smoothing, weighted);
            }
          }
        }
      }
      softmax(cases, Values.TIES_AND_NAN, Layout.DENSE, 19, n);
    }
    crossEntropy(cases, Layout.DENSE, 2, 50_257, 0, false); // GPT-2's vocabulary
  }

  private static void softmax(List<OpCase> cases, Values values, Layout layout, int rows, int n) {
    String what = values + " " + layout + " (" + rows + ", " + n + ")";
    long flops = 4L * rows * n;
    long bytes = 8L * rows * n;
    cases.add(
        new OpCase(
            "softmax",
            what,
            flops,
            bytes,
            t -> {
              Tensor x = t.in(values, layout, rows, n);
              Tensor y = t.out(rows, n);
              return k -> k.softmax(y, x);
            }));
    cases.add(
        new OpCase(
            "logSoftmax",
            what,
            flops,
            bytes,
            t -> {
              Tensor x = t.in(values, layout, rows, n);
              Tensor y = t.out(rows, n);
              return k -> k.logSoftmax(y, x);
            }));
    cases.add(
        new OpCase(
            "softmaxGrad",
            what,
            flops,
            bytes,
            t -> {
              Tensor y = t.out(rows, n);
              t.device().kernels().softmax(y, t.in(values, layout, rows, n));
              Tensor dy = t.in(Values.UNIFORM, layout, rows, n);
              Grad dx = t.grad(layout, rows, n);
              return k -> k.softmaxGrad(dx, dy, y);
            }));
    cases.add(
        new OpCase(
            "logSoftmaxGrad",
            what,
            flops,
            bytes,
            t -> {
              Tensor y = t.out(rows, n);
              t.device().kernels().logSoftmax(y, t.in(values, layout, rows, n));
              Tensor dy = t.in(Values.UNIFORM, layout, rows, n);
              Grad dx = t.grad(layout, rows, n);
              return k -> k.logSoftmaxGrad(dx, dy, y);
            }));
  }

  private static void crossEntropy(
      List<OpCase> cases, Layout layout, int rows, int n, double smoothing, boolean weighted) {
    String what =
        layout
            + " ("
            + rows
            + ", "
            + n
            + "), smoothing "
            + smoothing
            + (weighted ? ", weighted" : "");
    long flops = 4L * rows * n;
    cases.add(
        new OpCase(
            "crossEntropy",
            what,
            flops,
            4L * rows * n,
            t -> {
              Loss loss = new Loss(t, layout, rows, n, weighted);
              return k ->
                  k.crossEntropy(
                      loss.losses,
                      loss.stats,
                      loss.logits,
                      loss.targets,
                      loss.weights,
                      smoothing,
                      IGNORE);
            }));
    cases.add(
        new OpCase(
            "crossEntropyGrad",
            what,
            flops,
            8L * rows * n,
            t -> {
              Loss loss = new Loss(t, layout, rows, n, weighted);
              t.device()
                  .kernels()
                  .crossEntropy(
                      loss.losses,
                      loss.stats,
                      loss.logits,
                      loss.targets,
                      loss.weights,
                      smoothing,
                      IGNORE);
              Tensor dLosses = t.in(rows);
              Grad dLogits = t.grad(layout, rows, n);
              return k ->
                  k.crossEntropyGrad(
                      dLogits,
                      dLosses,
                      loss.logits,
                      loss.stats,
                      loss.targets,
                      loss.weights,
                      smoothing,
                      IGNORE);
            }));
  }

  /// The operands of a loss; every fourth target is ignored.
  private static final class Loss {
    final Tensor logits;
    final Tensor targets;
    final Tensor weights;
    final Tensor losses;
    final Tensor stats;

    Loss(Tensors t, Layout layout, int rows, int n, boolean weighted) {
      logits = t.in(Values.LOGITS, layout, rows, n);
      int[] ids = t.ids(n, rows).toInts();
      for (int i = 3; i < rows; i += 4) {
        ids[i] = IGNORE;
      }
      targets = Tensor.ids(t.device(), Shape.of(rows), ids);
      weights = weighted ? t.in(Values.POSITIVE, n) : null;
      losses = t.out(rows);
      stats = t.out(rows, 2);
    }
  }
}
