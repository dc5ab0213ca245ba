package dev.weft.tensor.ops;

import dev.weft.tensor.DType;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;

/// The first k of each row in order; k = all sorts.
public final class TopK {
  private TopK() {}

  /// The first values of each row and where they stood.
  ///
  /// @param values (…, k) in order
  /// @param ids I32 (…, k), where they stood
  public record Result(Tensor values, Tensor ids) {}

  /// Along the last axis, ties by index; the gradient of a value goes to where it stood.
  public static Result apply(Tensor x, int k, boolean descending) {
    Require.computing("topK", x);
    if (k < 0 || x.shape().rank() == 0 || k > x.shape().last()) {
      throw new IllegalArgumentException(
          "topK: k is " + k + " but the last axis of " + x.shape() + " is shorter");
    }
    Tensor rows = Views.rows(x);
    Shape flat = Shape.of(rows.dim(0), k);
    Tensor values = Tensor.like(x, flat);
    Tensor ids = Tensor.empty(x.device(), DType.I32, flat);
    x.kernels().topK(values, ids, rows, descending);
    Tape.record(
        "topK",
        values,
        tape -> x.kernels().gatherGrad(tape.into(rows), tape.grad(values), ids),
        rows,
        ids);
    int[] dims = x.shape().with(-1, k).dims();
    return new Result(Views.reshape(values, dims), Views.reshape(ids, dims));
  }
}
