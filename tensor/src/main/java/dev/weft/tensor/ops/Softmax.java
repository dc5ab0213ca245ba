package dev.weft.tensor.ops;

import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;

/// Softmax and its logarithm over the last axis.
public final class Softmax {
  private Softmax() {}

  /// y = exp(x − max) / Σ; dx = y · (dy − Σ dy·y).
  public static Tensor apply(Tensor x) {
    Require.computing("softmax", x);
    Tensor rows = Views.rows(x);
    Tensor y = Tensor.like(rows);
    x.kernels().softmax(y, rows);
    Tape.record(
        "softmax", y, tape -> x.kernels().softmaxGrad(tape.into(rows), tape.grad(y), y), rows);
    return Views.reshape(y, x.shape().dims());
  }

  /// y = x − max − log Σ exp(x − max); dx = dy − exp(y) · Σ dy.
  public static Tensor log(Tensor x) {
    Require.computing("logSoftmax", x);
    Tensor rows = Views.rows(x);
    Tensor y = Tensor.like(rows);
    x.kernels().logSoftmax(y, rows);
    Tape.record(
        "logSoftmax",
        y,
        tape -> x.kernels().logSoftmaxGrad(tape.into(rows), tape.grad(y), y),
        rows);
    return Views.reshape(y, x.shape().dims());
  }
}
