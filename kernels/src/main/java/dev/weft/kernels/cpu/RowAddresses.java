package dev.weft.kernels.cpu;

import dev.weft.tensor.Tensor;
import java.util.Arrays;

/// The rows of a tensor: where each begins. The axes before the last are counted row-major; where
/// they lie evenly, as they nearly always do, an address is one multiplication.
final class RowAddresses {
  private final long count;
  private final int n;
  private final long base;
  private final long step; // bytes between rows that lie evenly
  private final int[] dims; // else the axes of the rows and their strides in bytes
  private final long[] strides;

  private RowAddresses(Tensor x, int axes, int n) {
    this.n = n;
    this.base = x.address();
    int[] outer = new int[axes];
    long[] outerStrides = new long[axes];
    int kept = 0;
    long rows = 1;
    for (int i = 0; i < axes; i++) {
      int dim = x.dim(i);
      rows *= dim;
      if (dim == 1) {
        continue;
      }
      long stride = x.stride(i) * x.dtype().bytes();
      if (kept > 0 && outerStrides[kept - 1] == stride * dim) {
        kept--;
        outer[kept] *= dim;
      } else {
        outer[kept] = dim;
      }
      outerStrides[kept++] = stride;
    }
    this.count = rows;
    this.step = kept == 0 ? 0 : outerStrides[kept - 1];
    this.dims = kept < 2 ? null : Arrays.copyOf(outer, kept);
    this.strides = outerStrides;
  }

  /// The rows of x (R, n), or of any leading axes; a vector is one row.
  static RowAddresses of(Tensor x) {
    return new RowAddresses(x, Math.max(0, x.shape().rank() - 1), x.shape().last());
  }

  /// The elements of x (R) as R rows of one.
  static RowAddresses ofScalars(Tensor x) {
    return new RowAddresses(x, x.shape().rank(), 1);
  }

  /// The first `axes` axes as rows; n is what lies beyond.
  static RowAddresses ofAxes(Tensor x, int axes, int n) {
    return new RowAddresses(x, axes, n);
  }

  long count() {
    return count;
  }

  /// Elements of a row.
  int n() {
    return n;
  }

  /// Address of row r.
  long at(long r) {
    if (dims == null) {
      return base + r * step;
    }
    long at = base;
    for (int i = dims.length - 1; i > 0; i--) {
      at += r % dims[i] * strides[i];
      r /= dims[i];
    }
    return at + r * strides[0];
  }

  /// Rows that a thread takes at least.
  long least() {
    return Math.max(1, Walk.GRAIN / Math.max(1, n));
  }
}
