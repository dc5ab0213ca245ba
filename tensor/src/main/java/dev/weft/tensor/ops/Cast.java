package dev.weft.tensor.ops;

import dev.weft.tensor.DType;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;

/// Changes of element type.
public final class Cast {
  private Cast() {}

  /// x in another type; x itself when it has it. A type with a fraction that does not compute
  /// (BF16, F16) would end the gradient of a tracked x in silence, and so throws.
  public static Tensor apply(Tensor x, DType to) {
    if (x.dtype() == to) {
      return x;
    }
    if (!x.device().supports(to)) {
      throw new IllegalArgumentException("cast: " + x.device().name() + " does not hold " + to);
    }
    if ((to == DType.BF16 || to == DType.F16) && Tape.recording(x)) {
      throw new IllegalStateException(
          "cast: " + to + " has no gradient; detach it first, or open Scope.noGrad()");
    }
    Tensor y = Tensor.empty(x.device(), to, x.shape());
    x.kernels().cast(y, x);
    if (!to.computes()) {
      return y;
    }
    return Tape.record(
        "cast",
        y,
        tape -> {
          try (Scope scope = Scope.noGrad()) {
            Tensor narrow = scope.empty(x.device(), x.dtype(), x.shape());
            x.kernels().cast(narrow, tape.grad(y));
            x.kernels().copy(tape.into(x), narrow);
          }
        },
        x);
  }
}
