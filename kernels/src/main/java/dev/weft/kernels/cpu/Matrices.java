package dev.weft.kernels.cpu;

import dev.weft.tensor.Tensor;

/// The last two axes of a tensor as matrices, one for each position of the leading axes, row-major;
/// a vector is one row. Strides in bytes.
final class Matrices {
  final int count;
  final int rows;
  final int columns;
  final long row;
  final long step;
  private final long address;
  private final int[] dims; // leading axes
  private final long[] strides;

  Matrices(Tensor x) {
    int lead = Math.max(0, x.shape().rank() - 2);
    int size = x.dtype().bytes();
    dims = new int[lead];
    strides = new long[lead];
    long product = 1;
    for (int i = 0; i < lead; i++) {
      dims[i] = x.dim(i);
      strides[i] = x.stride(i) * size;
      product *= dims[i];
    }
    count = Math.toIntExact(product);
    rows = x.shape().rank() < 2 ? 1 : x.dim(-2);
    columns = x.shape().last();
    row = x.shape().rank() < 2 ? 0 : x.stride(-2) * size;
    step = x.shape().rank() == 0 ? size : x.stride(-1) * size;
    address = x.address();
  }

  private Matrices(Matrices x) {
    dims = new int[0];
    strides = new long[0];
    count = 1;
    rows = Math.multiplyExact(x.count, x.rows);
    columns = x.columns;
    row = x.rows == 1 && x.dims.length > 0 ? x.innerStride() : x.row;
    step = x.step;
    address = x.address;
  }

  /// Of element (0, 0) of matrix i.
  long address(int i) {
    long at = address;
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      at += i % dims[axis] * strides[axis];
      i /= dims[axis];
    }
    return at;
  }

  /// Whether all are the same matrix.
  boolean repeated() {
    for (int axis = 0; axis < dims.length; axis++) {
      if (dims[axis] > 1 && strides[axis] != 0) {
        return false;
      }
    }
    return true;
  }

  /// Whether they are the rows of one tall matrix.
  boolean folds() {
    long stride = row;
    long length = rows;
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      if (dims[axis] > 1) {
        if (length > 1 && strides[axis] != stride * length) {
          return false;
        }
        stride = length > 1 ? stride : strides[axis];
        length *= dims[axis];
      }
    }
    return true;
  }

  /// That matrix.
  Matrices fold() {
    return new Matrices(this);
  }

  /// The stride of the innermost axis that has more than one position.
  private long innerStride() {
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      if (dims[axis] > 1) {
        return strides[axis];
      }
    }
    return row;
  }
}
