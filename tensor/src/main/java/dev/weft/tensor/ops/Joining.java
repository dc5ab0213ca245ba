package dev.weft.tensor.ops;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;

/// Tensors put together along an axis; the gradients are slices.
public final class Joining {
  private Joining() {}

  /// One after another along an axis.
  public static Tensor concat(int axis, Tensor... parts) {
    if (parts.length == 0) {
      throw new IllegalArgumentException("concat: no tensor to join");
    }
    Tensor first = parts[0];
    Require.sameDevice("concat", first, parts);
    int index = first.shape().axis(axis);
    int total = 0;
    for (Tensor part : parts) {
      Require.dtype("concat", "each part", part, first.dtype());
      if (part.shape().rank() != first.shape().rank()
          || !part.shape().with(index, 0).equals(first.shape().with(index, 0))) {
        throw new IllegalArgumentException(
            "concat: "
                + first.shape()
                + " and "
                + part.shape()
                + " differ in another axis than "
                + axis);
      }
      total = Math.addExact(total, part.dim(index));
    }
    Shape shape = first.shape().with(index, total);
    Tensor y = Tensor.like(first, shape);
    int from = 0;
    for (Tensor part : parts) {
      y.kernels().copy(Grad.into(Views.slice(y, index, from, from + part.dim(index))), part);
      from += part.dim(index);
    }
    return Tape.record(
        "concat",
        y,
        tape -> {
          int start = 0;
          for (Tensor part : parts) {
            int end = start + part.dim(index);
            copyInto(tape.into(part), Views.slice(tape.grad(y), index, start, end));
            start = end;
          }
        },
        parts);
  }

  /// x with a margin of `value` along an axis.
  public static Tensor pad(Tensor x, int axis, int before, int after, double value) {
    if (before < 0 || after < 0) {
      throw new IllegalArgumentException(
          "pad: the margins must be at least 0 but are " + before + " and " + after);
    }
    int index = x.shape().axis(axis);
    int size = x.dim(index);
    Tensor y =
        Tensor.full(x.device(), x.dtype(), x.shape().with(index, before + size + after), value);
    x.kernels().copy(Grad.into(Views.slice(y, index, before, before + size)), x);
    return Tape.record(
        "pad",
        y,
        tape -> copyInto(tape.into(x), Views.slice(tape.grad(y), index, before, before + size)),
        x);
  }

  private static void copyInto(Grad into, Tensor dy) {
    if (into != null) {
      dy.kernels().copy(into, dy);
    }
  }
}
