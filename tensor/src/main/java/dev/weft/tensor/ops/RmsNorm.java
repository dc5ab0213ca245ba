package dev.weft.tensor.ops;

import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;

/// RMS norm. Zhang and Sennrich, "Root mean square layer normalization", 2019.
public final class RmsNorm {
  private RmsNorm() {}

  /// y = x / √(mean x² + eps) · w over the last axis. x (…, C); w (C).
  public static Tensor apply(Tensor x, Tensor w, double eps) {
    Require.computing("rmsNorm", x, w);
    x.shape().requireLast(w.shape(), "rmsNorm");
    Tensor rows = Views.rows(x);
    Tensor gain = Views.apart(Views.straight(w), rows);
    Tensor y = Tensor.like(rows);
    Tensor stats = Tensor.like(x, Shape.of(rows.dim(0)));
    x.kernels().rmsNorm(y, stats, rows, gain, eps);
    Tape.record(
        "rmsNorm",
        y,
        tape ->
            x.kernels()
                .rmsNormGrad(tape.into(rows), tape.into(gain), tape.grad(y), rows, gain, stats),
        rows,
        gain,
        stats);
    return Views.reshape(y, x.shape().dims());
  }
}
