package dev.weft.tensor.ops;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;

/// Running sums.
public final class Cumsum {
  private Cumsum() {}

  /// y[j] = Σ_{i ≤ j} x[i] along the last axis; dx[i] = Σ_{j ≥ i} dy[j].
  public static Tensor apply(Tensor x) {
    Require.computing("cumsum", x);
    Tensor rows = Views.rows(x);
    Tensor y = Tensor.like(rows);
    x.kernels().cumsum(Grad.into(y), rows, false);
    Tape.record("cumsum", y, tape -> x.kernels().cumsum(tape.into(rows), tape.grad(y), true), rows);
    return Views.reshape(y, x.shape().dims());
  }
}
