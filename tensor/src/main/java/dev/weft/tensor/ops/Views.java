package dev.weft.tensor.ops;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import java.util.Arrays;

/// Changes of shape. A view's gradient is the same view of its base's gradient, so that views
/// record nothing; only copies do.
public final class Views {
  private Views() {}

  /// A view where the strides allow it, else a copy.
  public static Tensor reshape(Tensor x, int... dims) {
    Shape shape = resolve(x.shape(), dims);
    if (shape.equals(x.shape())) {
      return x;
    }
    long[] strides = reshaped(x, shape);
    if (strides != null) {
      return x.view(shape, strides, x.offset());
    }
    return reshape(contiguous(x), shape.dims());
  }

  private static Shape resolve(Shape from, int[] dims) {
    int[] resolved = dims.clone();
    int open = -1;
    long known = 1;
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] == -1 && open < 0) {
        open = i;
      } else {
        known *= dims[i];
      }
    }
    if (open >= 0) {
      resolved[open] = known == 0 ? 0 : Math.toIntExact(from.size() / known);
    }
    Shape shape = Shape.of(resolved);
    if (shape.size() != from.size()) {
      throw new IllegalArgumentException(
          "reshape: "
              + from
              + " has "
              + from.size()
              + " elements and does not fit "
              + Arrays.toString(dims));
    }
    return shape;
  }

  /// Strides that show x in another shape, or null when only a copy can: walks both shapes from the
  /// front, matching groups of axes of equal size; inside a group the axes of x must be contiguous
  /// to each other.
  private static long[] reshaped(Tensor x, Shape shape) {
    int rank = shape.rank();
    long[] strides = new long[rank];
    if (x.dense() || x.size() == 0) {
      long step = 1;
      for (int i = rank - 1; i >= 0; i--) {
        strides[i] = step;
        step *= Math.max(1, shape.dim(i));
      }
      return strides;
    }
    int[] oldDims = new int[x.shape().rank()];
    long[] oldStrides = new long[oldDims.length];
    int olds = 0;
    for (int i = 0; i < x.shape().rank(); i++) {
      if (x.dim(i) != 1) {
        oldDims[olds] = x.dim(i);
        oldStrides[olds++] = x.stride(i);
      }
    }
    int next = 0;
    int axis = 0;
    while (axis < rank) {
      if (shape.dim(axis) == 1) {
        strides[axis++] = 1;
        continue;
      }
      long oldSize = oldDims[next];
      long newSize = shape.dim(axis);
      int firstOld = next++;
      int firstNew = axis++;
      while (oldSize != newSize) {
        if (oldSize < newSize) {
          oldSize *= oldDims[next++];
        } else {
          newSize *= shape.dim(axis++);
        }
      }
      for (int i = firstOld; i + 1 < next; i++) {
        if (oldStrides[i] != oldStrides[i + 1] * oldDims[i + 1]) {
          return null;
        }
      }
      long step = oldStrides[next - 1];
      for (int i = axis - 1; i >= firstNew; i--) {
        strides[i] = step;
        step *= shape.dim(i);
      }
    }
    return strides;
  }

  /// x, or a dense copy where its last axis is not contiguous: what most kernels want. Null stays
  /// null.
  static Tensor straight(Tensor x) {
    return x == null || x.rowsContiguous() ? x : contiguous(x);
  }

  /// x as (rows, last axis), the last axis contiguous.
  static Tensor rows(Tensor x) {
    return reshape(straight(x), Math.toIntExact(x.shape().rows()), x.shape().last());
  }

  /// Two axes swapped.
  public static Tensor transpose(Tensor x, int axis1, int axis2) {
    int[] axes = new int[x.shape().rank()];
    Arrays.setAll(axes, i -> i);
    int a = x.shape().axis(axis1);
    int b = x.shape().axis(axis2);
    axes[a] = b;
    axes[b] = a;
    return permute(x, axes);
  }

  /// Axes in a new order: axis i of the result is axis axes[i] of x.
  public static Tensor permute(Tensor x, int... axes) {
    int rank = x.shape().rank();
    boolean[] seen = new boolean[rank];
    int[] dims = new int[rank];
    long[] strides = new long[rank];
    if (axes.length != rank) {
      throw new IllegalArgumentException(
          "permute: " + Arrays.toString(axes) + " does not name each axis of " + x.shape());
    }
    for (int i = 0; i < rank; i++) {
      int axis = x.shape().axis(axes[i]);
      if (seen[axis]) {
        throw new IllegalArgumentException(
            "permute: " + Arrays.toString(axes) + " names axis " + axis + " twice");
      }
      seen[axis] = true;
      dims[i] = x.dim(axis);
      strides[i] = x.stride(axis);
    }
    return x.view(Shape.of(dims), strides, x.offset());
  }

  /// Positions [from, to) of an axis.
  public static Tensor slice(Tensor x, int axis, int from, int to) {
    int index = x.shape().axis(axis);
    if (from < 0 || to < from || to > x.dim(index)) {
      throw new IllegalArgumentException(
          "slice: [" + from + ", " + to + ") is outside axis " + axis + " of " + x.shape());
    }
    return x.view(
        x.shape().with(index, to - from), x.strides(), x.offset() + from * x.stride(index));
  }

  /// A view in which broadcast axes have stride 0; records nothing.
  static Tensor expanded(Tensor x, Shape shape) {
    if (x.shape().equals(shape)) {
      return x;
    }
    if (!x.shape().broadcast(shape, "expand").equals(shape)) {
      throw new IllegalArgumentException(
          "expand: " + x.shape() + " does not broadcast to " + shape);
    }
    long[] strides = new long[shape.rank()];
    int added = shape.rank() - x.shape().rank();
    for (int i = added; i < strides.length; i++) {
      strides[i] = x.dim(i - added) == 1 ? 0 : x.stride(i - added);
    }
    return x.view(shape, strides, x.offset());
  }

  /// A view, or a copy where a tape tracks x: gradients lie densely.
  public static Tensor expand(Tensor x, Shape shape) {
    Tensor wide = expanded(x, shape);
    if (wide == x || !x.tracked()) {
      return wide;
    }
    Tensor y = Tensor.like(x, shape);
    x.kernels().copy(Grad.into(y), wide);
    return Tape.record("expand", y, tape -> Elementwise.sumTo(tape.into(x), tape.grad(y)), x);
  }

  /// x, or a copy of it where it may share elements with `others`: a kernel that writes several
  /// gradients writes them in an order of its own, so they must lie apart. Null stays null.
  static Tensor apart(Tensor x, Tensor... others) {
    for (Tensor other : others) {
      if (Tape.recording(x, other) && mayOverlap(x, other)) {
        return copy(x);
      }
    }
    return x;
  }

  private static boolean mayOverlap(Tensor a, Tensor b) {
    return a.memory().equals(b.memory())
        && a.offset() < b.offset() + extent(b)
        && b.offset() < a.offset() + extent(a);
  }

  /// Elements from the first to the last.
  private static long extent(Tensor x) {
    long extent = 1;
    for (int axis = 0; axis < x.shape().rank(); axis++) {
      extent += (x.dim(axis) - 1) * x.stride(axis);
    }
    return extent;
  }

  /// A dense copy.
  static Tensor copy(Tensor x) {
    return Elementwise.affine(x, 1, 0);
  }

  /// A dense copy unless x is dense.
  public static Tensor contiguous(Tensor x) {
    if (x.dense()) {
      return x;
    }
    Tensor y = Tensor.like(x);
    x.kernels().copy(Grad.into(y), x);
    return Tape.record("contiguous", y, tape -> x.kernels().copy(tape.into(x), tape.grad(y)), x);
  }
}
