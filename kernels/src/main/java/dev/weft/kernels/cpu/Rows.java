package dev.weft.kernels.cpu;

import dev.weft.tensor.Device;
import dev.weft.tensor.Tensor;

/// The rows of an F32 tensor, contiguous in the last axis, with one stride from each to the next.
/// Where the leading axes have no such stride, the rows of a copy.
final class Rows implements AutoCloseable {
  /// Of the first row; 0 for an absent tensor.
  final long address;

  /// Bytes between rows.
  final long stride;

  private final Scratch copy;

  Rows(Device device, Tensor x) {
    if (x == null) {
      address = 0;
      stride = 0;
      copy = null;
      return;
    }
    Matrices matrices = new Matrices(x);
    if (matrices.folds()) {
      Matrices folded = matrices.fold();
      address = folded.address(0);
      stride = folded.row;
      copy = null;
    } else {
      stride = matrices.columns * 4L;
      copy = new Scratch(device, (long) matrices.count * matrices.rows * stride);
      address = copy.address;
      for (int i = 0; i < matrices.count; i++) {
        for (int row = 0; row < matrices.rows; row++) {
          long to = address + ((long) i * matrices.rows + row) * stride;
          Strided.copy(to, matrices.address(i) + row * matrices.row, stride);
        }
      }
    }
  }

  @Override
  public void close() {
    if (copy != null) {
      copy.close();
    }
  }
}
