package dev.weft.tensor;

import java.util.Arrays;

/// The dimensions of a tensor, outermost first; immutable. Rank 0 is a scalar with one element.
public final class Shape {
  /// The shape of a scalar.
  public static final Shape SCALAR = new Shape(new int[0]);

  private final int[] dims;
  private final long size;

  private Shape(int[] dims) {
    long product = 1;
    for (int dim : dims) {
      if (dim < 0) {
        throw new IllegalArgumentException(
            "shape: dimensions are at least 0 but got " + Arrays.toString(dims));
      }
      product = Math.multiplyExact(product, (long) dim);
    }
    this.dims = dims;
    this.size = product;
  }

  /// A shape with these dimensions, each at least 0.
  public static Shape of(int... dims) {
    return dims.length == 0 ? SCALAR : new Shape(dims.clone());
  }

  /// Number of dimensions.
  public int rank() {
    return dims.length;
  }

  /// The size of one axis; a negative axis counts from the end.
  public int dim(int axis) {
    return dims[axis(axis)];
  }

  /// The axis as an index from the front; throws when it is out of range.
  public int axis(int axis) {
    int index = axis < 0 ? axis + dims.length : axis;
    if (index < 0 || index >= dims.length) {
      throw new IllegalArgumentException(
          "shape: axis " + axis + " is out of range for " + this + " of rank " + dims.length);
    }
    return index;
  }

  /// Number of elements.
  public long size() {
    return size;
  }

  /// Number of rows: elements divided by the last dimension; 1 for a scalar.
  public long rows() {
    long rows = 1;
    for (int i = 0; i < dims.length - 1; i++) {
      rows *= dims[i];
    }
    return rows;
  }

  /// The last dimension; 1 for a scalar.
  public int last() {
    return dims.length == 0 ? 1 : dims[dims.length - 1];
  }

  /// A copy of the dimensions.
  public int[] dims() {
    return dims.clone();
  }

  /// This shape with one axis set to another size.
  public Shape with(int axis, int dim) {
    int[] copy = dims.clone();
    copy[axis(axis)] = dim;
    return new Shape(copy);
  }

  /// This shape without one axis.
  public Shape without(int axis) {
    int index = axis(axis);
    int[] copy = new int[dims.length - 1];
    System.arraycopy(dims, 0, copy, 0, index);
    System.arraycopy(dims, index + 1, copy, index, dims.length - 1 - index);
    return new Shape(copy);
  }

  /// This shape with an axis of size `dim` put in before `axis` (`rank()` appends one).
  public Shape insert(int axis, int dim) {
    if (axis < 0 || axis > dims.length) {
      throw new IllegalArgumentException(
          "shape: no axis can be put in before " + axis + " of " + this);
    }
    int[] copy = new int[dims.length + 1];
    System.arraycopy(dims, 0, copy, 0, axis);
    copy[axis] = dim;
    System.arraycopy(dims, axis, copy, axis + 1, dims.length - axis);
    return new Shape(copy);
  }

  /// The shape that both broadcast to: aligned at the last axis, equal sizes or 1 (NumPy's rule).
  public Shape broadcast(Shape other, String op) {
    int rank = Math.max(dims.length, other.dims.length);
    int[] out = new int[rank];
    for (int i = 1; i <= rank; i++) {
      int a = i <= dims.length ? dims[dims.length - i] : 1;
      int b = i <= other.dims.length ? other.dims[other.dims.length - i] : 1;
      if (a != b && a != 1 && b != 1) {
        throw new IllegalArgumentException(
            op
                + ": "
                + this
                + " and "
                + other
                + " do not broadcast: axis -"
                + i
                + " is "
                + a
                + " against "
                + b);
      }
      out[rank - i] = a == 1 ? b : a;
    }
    return new Shape(out);
  }

  /// Throws unless `last` has rank 1 and the size of this shape's last axis.
  public void requireLast(Shape last, String op) {
    if (dims.length == 0 || last.rank() != 1 || last.dims[0] != last()) {
      throw new IllegalArgumentException(
          op + ": x is " + this + " but the vector for its last axis is " + last);
    }
  }

  /// Throws unless this shape has the given rank.
  public void requireRank(int rank, String op, String what) {
    if (dims.length != rank) {
      throw new IllegalArgumentException(
          op + ": " + what + " must have rank " + rank + " but is " + this);
    }
  }

  /// Throws unless this shape equals `other`.
  public void requireSame(Shape other, String op) {
    if (!equals(other)) {
      throw new IllegalArgumentException(op + ": shapes differ: " + this + " and " + other);
    }
  }

  /// Strides in elements of a dense tensor of this shape, last axis contiguous.
  long[] denseStrides() {
    long[] strides = new long[dims.length];
    long step = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = step;
      step *= Math.max(1, dims[i]);
    }
    return strides;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /// As in error texts: `(4, 10, 768)`.
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("(");
    for (int i = 0; i < dims.length; i++) {
      text.append(i == 0 ? "" : ", ").append(dims[i]);
    }
    return text.append(')').toString();
  }
}
