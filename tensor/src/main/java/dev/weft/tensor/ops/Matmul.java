package dev.weft.tensor.ops;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;

/// Matrix products, batched.
public final class Matmul {
  private Matmul() {}

  /// (…, M, K) · (…, K, N), leading axes broadcast. da = dy · bᵀ, db = aᵀ · dy.
  public static Tensor apply(Tensor a, Tensor b) {
    Require.computing("matmul", a, b);
    if (a.shape().rank() < 2 || b.shape().rank() < 2 || a.dim(-1) != b.dim(-2)) {
      throw new IllegalArgumentException(
          "matmul: "
              + a.shape()
              + " · "
              + b.shape()
              + " does not fit: (…, M, K) · (…, K, N) is wanted");
    }
    Shape batch =
        a.shape().without(-1).without(-1).broadcast(b.shape().without(-1).without(-1), "matmul");
    Shape shape = batch.insert(batch.rank(), a.dim(-2)).insert(batch.rank() + 1, b.dim(-1));
    Tensor y = Tensor.like(a, shape);
    Tensor wideA = wide(a, batch);
    Tensor wideB = wide(b, batch);
    a.kernels().matmul(Grad.into(y), wideA, wideB);
    return Tape.record(
        "matmul",
        y,
        tape -> {
          product(tape.into(a), tape.grad(y), Views.transpose(wideB, -2, -1), batch);
          product(tape.into(b), Views.transpose(wideA, -2, -1), tape.grad(y), batch);
        },
        a,
        b);
  }

  /// into = a · b, summed over axes along which it was broadcast; by way of a dense result where
  /// its rows aren't contiguous.
  static void product(Grad into, Tensor a, Tensor b, Shape batch) {
    if (into == null) {
      return;
    }
    Tensor target = into.tensor();
    Shape full = batch.insert(batch.rank(), a.dim(-2)).insert(batch.rank() + 1, b.dim(-1));
    if (target.shape().equals(full) && target.rowsContiguous()) {
      target.kernels().matmul(into, a, b);
      return;
    }
    try (Scope scope = Scope.noGrad()) {
      Tensor wide = scope.empty(target.device(), target.dtype(), full);
      target.kernels().matmul(Grad.into(wide), a, b);
      if (target.shape().equals(full)) {
        target.kernels().copy(into, wide);
      } else {
        Elementwise.sumTo(into, wide);
      }
    }
  }

  private static Tensor wide(Tensor x, Shape batch) {
    Shape shape = batch.insert(batch.rank(), x.dim(-2)).insert(batch.rank() + 1, x.dim(-1));
    return Views.expanded(x, shape);
  }
}
