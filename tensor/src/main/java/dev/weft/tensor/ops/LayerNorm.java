package dev.weft.tensor.ops;

import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;

/// Layer norm. Ba, Kiros and Hinton, "Layer normalization", 2016.
public final class LayerNorm {
  private LayerNorm() {}

  /// y = (x − mean) · rstd · w + b over the last axis. x (…, C); w, b (C).
  public static Tensor apply(Tensor x, Tensor w, Tensor b, double eps) {
    Require.computing("layerNorm", x, w, b);
    x.shape().requireLast(w.shape(), "layerNorm");
    x.shape().requireLast(b.shape(), "layerNorm");
    Tensor rows = Views.rows(x);
    Tensor gain = Views.apart(Views.straight(w), rows);
    Tensor bias = Views.apart(Views.straight(b), rows, gain);
    Tensor y = Tensor.like(rows);
    Tensor stats = Tensor.like(x, Shape.of(rows.dim(0), 2)); // mean, rstd: kept for backward
    x.kernels().layerNorm(y, stats, rows, gain, bias, eps);
    Tape.record(
        "layerNorm",
        y,
        tape ->
            x.kernels()
                .layerNormGrad(
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
    return Views.reshape(y, x.shape().dims());
  }
}
