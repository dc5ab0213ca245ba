package dev.weft.tensor.ops;

import dev.weft.tensor.DType;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;

/// condition ? a : b, element by element.
public final class Where {
  private Where() {}

  /// Broadcasts all three; the gradient of the side not taken is 0.
  public static Tensor apply(Tensor condition, Tensor a, Tensor b) {
    Require.dtype("where", "the condition", condition, DType.BOOL);
    Require.computing("where", a, b);
    Require.sameDevice("where", a, condition);
    Shape shape = a.shape().broadcast(b.shape(), "where").broadcast(condition.shape(), "where");
    Tensor wide = Views.expanded(condition, shape);
    Tensor y = Tensor.like(a, shape);
    a.kernels().where(y, wide, Views.expanded(a, shape), Views.expanded(b, shape));
    return Tape.record(
        "where",
        y,
        tape -> {
          side(tape, a, true, wide, y);
          side(tape, b, false, wide, y);
        },
        a,
        b,
        condition);
  }

  private static void side(Tape tape, Tensor x, boolean taken, Tensor condition, Tensor y) {
    Grad into = tape.into(x);
    if (into == null) {
      return;
    }
    try (Scope scope = Scope.noGrad()) {
      Tensor dy = tape.grad(y);
      Tensor zero = Views.expanded(scope.zeros(y.device(), y.dtype(), Shape.SCALAR), y.shape());
      Tensor masked = Tensor.like(y);
      y.kernels().where(masked, condition, taken ? dy : zero, taken ? zero : dy);
      Elementwise.sumTo(into, masked);
    }
  }
}
