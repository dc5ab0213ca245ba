package dev.weft.tensor.ops;

import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;

/// Elements of each row by index.
public final class Gather {
  private Gather() {}

  /// y[…, j] = x[…, ids[…, j]]; the gradient scatters back, adding where an index repeats.
  public static Tensor apply(Tensor x, Tensor ids) {
    Require.computing("gather", x);
    Require.sameDevice("gather", x, ids);
    x.shape().without(-1).requireSame(ids.shape().without(-1), "gather");
    Require.ids("gather", ids, x.dim(-1));
    Tensor rows = Views.rows(x);
    Tensor flat = Views.rows(ids);
    Tensor y = Tensor.like(x, flat.shape());
    x.kernels().gather(y, rows, flat);
    Tape.record(
        "gather",
        y,
        tape -> x.kernels().gatherGrad(tape.into(rows), tape.grad(y), flat),
        rows,
        flat);
    return Views.reshape(y, ids.shape().dims());
  }
}
