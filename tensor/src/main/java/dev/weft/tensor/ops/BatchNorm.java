package dev.weft.tensor.ops;

import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;

/// Batch norm of rows. Ioffe and Szegedy, "Batch normalization", 2015.
public final class BatchNorm {
  private BatchNorm() {}

  /// Normalises each column of x (R, C) by its own mean and biased variance, and moves running (2,
  /// C) = (mean, unbiased variance) towards them by `momentum`.
  public static Tensor train(
      Tensor x, Tensor w, Tensor b, Tensor running, double momentum, double eps) {
    check(x, w, b, running);
    if (x.dim(0) < 2) {
      throw new IllegalArgumentException(
          "batchNorm: a variance needs at least 2 rows but x is " + x.shape());
    }
    Tensor rows = Views.rows(x);
    Tensor gain = Views.apart(Views.straight(w), rows);
    Tensor bias = Views.apart(Views.straight(b), rows, gain);
    Tensor y = Tensor.like(rows);
    Tensor stats = Tensor.like(x, Shape.of(2, x.dim(1)));
    x.kernels().batchNorm(y, stats, running, rows, gain, bias, momentum, eps);
    return Tape.record(
        "batchNorm",
        y,
        tape ->
            x.kernels()
                .batchNormGrad(
                    tape.into(rows),
                    tape.into(gain),
                    tape.into(bias),
                    tape.grad(y),
                    rows,
                    gain,
                    stats),
        rows,
        gain,
        bias,
        stats);
  }

  /// Normalises by the running figures; for evaluation, no gradient.
  public static Tensor infer(Tensor x, Tensor w, Tensor b, Tensor running, double eps) {
    if (running == null) {
      throw new IllegalArgumentException(
          "batchNorm: evaluation needs the running figures, not null");
    }
    check(x, w, b, running);
    if (Tape.recording(x, w, b)) {
      throw new IllegalStateException(
          "batchNorm: evaluation has no gradient; switch to training, or open Scope.noGrad()");
    }
    Tensor y = Tensor.like(x);
    x.kernels()
        .batchNormInference(y, running, Views.rows(x), Views.straight(w), Views.straight(b), eps);
    return y;
  }

  private static void check(Tensor x, Tensor w, Tensor b, Tensor running) {
    Require.computing("batchNorm", x, w, b, running);
    x.shape().requireRank(2, "batchNorm", "x");
    x.shape().requireLast(w.shape(), "batchNorm");
    x.shape().requireLast(b.shape(), "batchNorm");
    if (running != null) {
      Shape.of(2, x.dim(1)).requireSame(running.shape(), "batchNorm");
      if (!running.rowsContiguous()) {
        throw new IllegalArgumentException(
            "batchNorm: the running figures are updated in place and must lie in rows, unlike "
                + running);
      }
    }
  }
}
