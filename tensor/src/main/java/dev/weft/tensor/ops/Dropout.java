package dev.weft.tensor.ops;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;

/// Dropout. Srivastava et al., 2014, with the scaling at training time ("inverted").
public final class Dropout {
  private Dropout() {}

  /// The backward pass draws the same mask again instead of keeping it.
  public static Tensor apply(Tensor x, double p, long seed, int step, int sequence) {
    Require.computing("dropout", x);
    if (!(p >= 0 && p < 1)) {
      throw new IllegalArgumentException("dropout: p must lie in [0, 1) but is " + p);
    }
    if (p == 0) {
      return x;
    }
    Tensor dense = Views.contiguous(x);
    Tensor y = Tensor.like(x);
    x.kernels().dropout(Grad.into(y), dense, p, seed, step, sequence);
    return Tape.record(
        "dropout",
        y,
        tape -> {
          Grad into = tape.into(dense);
          x.kernels().dropout(into, tape.grad(y), p, seed, step, sequence);
        },
        dense);
  }
}
