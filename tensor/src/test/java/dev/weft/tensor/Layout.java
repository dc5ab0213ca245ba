package dev.weft.tensor;

/// How a test tensor lies in memory.
public enum Layout {
  DENSE,
  /// Rows contiguous but further apart than they are long, starting off any vector boundary.
  ROWS_APART,
  /// The last two axes swapped in memory.
  TRANSPOSED,
  /// Every second element of the last axis of something larger.
  STEP_TWO,
  /// One row, expanded over the other axes with stride 0.
  EXPANDED_ROWS,
  /// One value for each row, expanded along the last axis with stride 0.
  EXPANDED_COLUMNS,
  /// One value expanded to the whole shape.
  EXPANDED_VALUE;

  /// A tensor of this layout with undefined contents, owned by the thread's scope.
  Tensor make(Device device, DType dtype, Shape shape) {
    int rank = shape.rank();
    if (rank == 0 || (this == TRANSPOSED && rank < 2)) {
      return Tensor.empty(device, dtype, shape);
    }
    int last = shape.last();
    return switch (this) {
      case DENSE -> Tensor.empty(device, dtype, shape);
      case ROWS_APART ->
          Ops.slice(Tensor.empty(device, dtype, shape.with(-1, last + 5)), -1, 3, 3 + last);
      case TRANSPOSED -> {
        Shape swapped = shape.with(-1, shape.dim(-2)).with(-2, last);
        yield Ops.transpose(Tensor.empty(device, dtype, swapped), -2, -1);
      }
      case STEP_TWO -> {
        Tensor wide = Tensor.empty(device, dtype, shape.with(-1, 2 * last + 1));
        long[] strides = wide.strides();
        strides[rank - 1] = 2;
        yield wide.view(shape, strides, 1);
      }
      case EXPANDED_ROWS -> {
        long[] strides = new long[rank];
        strides[rank - 1] = 1;
        yield Tensor.empty(device, dtype, Shape.of(last)).view(shape, strides, 0);
      }
      case EXPANDED_COLUMNS -> {
        Tensor column = Tensor.empty(device, dtype, shape.with(-1, 1));
        long[] strides = column.strides();
        strides[rank - 1] = 0;
        yield column.view(shape, strides, 0);
      }
      case EXPANDED_VALUE ->
          Tensor.empty(device, dtype, Shape.of(1)).view(shape, new long[rank], 0);
    };
  }

  /// Whether one element of memory may stand for many of the tensor: no layout for an output.
  boolean expanded() {
    return this == EXPANDED_ROWS || this == EXPANDED_COLUMNS || this == EXPANDED_VALUE;
  }
}
