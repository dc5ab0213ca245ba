package dev.weft.tensor.ops;

import dev.weft.tensor.DType;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Reduce;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import java.util.Arrays;

/// Reductions over any axes, and argmax.
public final class Reduction {
  private Reduction() {}

  /// Over `axes`, or all when none is given.
  public static Tensor apply(Reduce f, Tensor x, boolean keep, int... axes) {
    Require.computing(f.name(), x);
    int[] reduced = axes.length == 0 ? all(x.shape().rank()) : axes;
    Tensor rows = rows(x, reduced);
    int n = rows.dim(-1);
    if (n == 0 && f != Reduce.SUM && f != Reduce.NORM) {
      throw new IllegalArgumentException(f + ": no element to reduce in " + x.shape());
    }
    Tensor y = Tensor.like(x, rows.shape().without(-1));
    x.kernels().reduce(f, Grad.into(y), rows);
    Tape.record(f.name(), y, tape -> backward(f, tape, rows, n, y), rows);
    if (!keep) {
      return y;
    }
    Shape kept = x.shape();
    for (int axis : reduced) {
      kept = kept.with(axis, 1);
    }
    return Views.reshape(y, kept.dims());
  }

  private static void backward(Reduce f, Tape tape, Tensor rows, int n, Tensor y) {
    Grad into = tape.into(rows);
    Tensor dy = tape.grad(y);
    switch (f) {
      case SUM -> rows.kernels().copy(into, column(dy, rows.shape()));
      case MEAN -> rows.kernels().affine(into, column(dy, rows.shape()), 1.0 / n, 0);
      case MAX, MIN, LOG_SUM_EXP, NORM -> rows.kernels().reduceGrad(f, into, dy, rows, y);
    }
  }

  /// dy (…) repeated along a new last axis.
  private static Tensor column(Tensor dy, Shape shape) {
    long[] strides = Arrays.copyOf(dy.strides(), shape.rank());
    return dy.view(shape, strides, dy.offset());
  }

  /// x as (kept axes…, n), where n runs over all reduced axes, row-major: a view where strides
  /// allow it.
  static Tensor rows(Tensor x, int... axes) {
    int rank = x.shape().rank();
    boolean[] reduced = new boolean[rank];
    for (int axis : axes) {
      int index = x.shape().axis(axis);
      if (reduced[index]) {
        throw new IllegalArgumentException(
            "reduce: axis " + axis + " of " + x.shape() + " is named twice");
      }
      reduced[index] = true;
    }
    int[] order = new int[rank];
    int[] dims = new int[rank - axes.length + 1];
    int kept = 0;
    for (int i = 0; i < rank; i++) {
      if (!reduced[i]) {
        dims[kept] = x.dim(i);
        order[kept++] = i;
      }
    }
    int next = kept;
    long n = 1;
    for (int i = 0; i < rank; i++) {
      if (reduced[i]) {
        n *= x.dim(i);
        order[next++] = i;
      }
    }
    if (n > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "reduce: "
              + n
              + " elements of "
              + x.shape()
              + " at once are more than "
              + Integer.MAX_VALUE
              + "; reduce one axis after the other");
    }
    dims[kept] = (int) n;
    return Views.reshape(Views.permute(x, order), dims);
  }

  private static int[] all(int rank) {
    int[] axes = new int[rank];
    Arrays.setAll(axes, i -> i);
    return axes;
  }

  /// I32 index of the first largest value of the last axis.
  public static Tensor argmax(Tensor x) {
    Require.computing("argmax", x);
    if (x.shape().last() == 0 || x.shape().rank() == 0) {
      throw new IllegalArgumentException("argmax: no element to choose from in " + x.shape());
    }
    Shape shape = x.shape().without(-1);
    Tensor y = Tensor.empty(x.device(), DType.I32, shape);
    Tensor rows = Views.rows(x.detach());
    x.kernels().argmax(Views.reshape(y, rows.dim(0)), rows);
    return y;
  }
}
