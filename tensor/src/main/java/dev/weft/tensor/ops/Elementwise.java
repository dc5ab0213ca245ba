package dev.weft.tensor.ops;

import dev.weft.tensor.Binary;
import dev.weft.tensor.DType;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Reduce;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Unary;
import java.util.Arrays;

/// Functions of one and of two values, element by element.
public final class Elementwise {
  private Elementwise() {}

  /// y = f(x).
  public static Tensor unary(Unary f, Tensor x) {
    Require.computing(f.name(), x);
    Tensor y = Tensor.like(x);
    x.kernels().unary(f, y, x);
    return Tape.record(
        f.name(), y, tape -> x.kernels().unaryGrad(f, tape.into(x), tape.grad(y), x, y), x);
  }

  /// y = scale · x + shift.
  public static Tensor affine(Tensor x, double scale, double shift) {
    Require.computing("affine", x);
    Tensor y = Tensor.like(x);
    x.kernels().affine(Grad.into(y), x, scale, shift);
    return Tape.record(
        "affine", y, tape -> x.kernels().affine(tape.into(x), tape.grad(y), scale, 0), x);
  }

  /// y = f(a, b), broadcast.
  public static Tensor binary(Binary f, Tensor a, Tensor b) {
    boolean ids = f.comparison() && a.dtype() == DType.I32 && b.dtype() == DType.I32;
    if (ids) {
      Require.sameDevice(f.name(), a, b);
    } else {
      Require.computing(f.name(), a, b);
    }
    Shape shape = a.shape().broadcast(b.shape(), f.name());
    Tensor y = Tensor.empty(a.device(), f.comparison() ? DType.BOOL : a.dtype(), shape);
    Tensor wideA = Views.expanded(a, shape);
    Tensor wideB = Views.expanded(b, shape);
    a.kernels().binary(f, y, wideA, wideB);
    if (f.comparison()) {
      return y;
    }
    return Tape.record(
        f.name(),
        y,
        tape -> {
          side(f, true, tape, a, wideA, wideB, y);
          side(f, false, tape, b, wideA, wideB, y);
        },
        a,
        b);
  }

  private static void side(
      Binary f, boolean left, Tape tape, Tensor x, Tensor a, Tensor b, Tensor y) {
    Grad into = tape.into(x);
    if (into == null) {
      return;
    }
    Tensor dy = tape.grad(y);
    if (x.shape().equals(y.shape())) {
      x.kernels().binaryGrad(f, left, into, dy, a, b, y);
      return;
    }
    if (f == Binary.ADD || f == Binary.SUB && left) {
      sumTo(into, dy);
      return;
    }
    try (Scope scope = Scope.noGrad()) {
      Tensor wide = scope.empty(y.device(), y.dtype(), y.shape());
      x.kernels().binaryGrad(f, left, Grad.into(wide), dy, a, b, y);
      sumTo(into, wide);
    }
  }

  /// Sums `wide` over the axes along which the target was broadcast.
  static void sumTo(Grad target, Tensor wide) {
    Shape narrow = target.tensor().shape();
    int added = wide.shape().rank() - narrow.rank();
    int[] axes = new int[wide.shape().rank()];
    int count = 0;
    for (int axis = 0; axis < axes.length; axis++) {
      if (axis < added || narrow.dim(axis - added) == 1) {
        axes[count++] = axis;
      }
    }
    if (count == 0) {
      wide.kernels().copy(target, wide);
      return;
    }
    try (Scope _ = Scope.noGrad()) {
      Tensor rows = Reduction.rows(wide, Arrays.copyOf(axes, count));
      Tensor into = Ops.reshape(target.tensor(), rows.shape().without(-1).dims());
      wide.kernels().reduce(Reduce.SUM, new Grad(into, target.accumulate()), rows);
    }
  }
}
