package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.first;
import static dev.weft.kernels.cpu.Vectors.load;
import static dev.weft.kernels.cpu.Vectors.store;

import dev.weft.tensor.Activation;

/// What follows the chains of a product, on each panel while it is in the first cache:
/// activation(c + bias?) + residual?. Addresses; strides in bytes; 0 is absent.
///
/// @param bias of n values
/// @param activation after the bias
/// @param residual of the rows that are added last
/// @param residualRow bytes between them
record Epilogue(long bias, Activation activation, long residual, long residualRow) {
  static final Epilogue NONE = new Epilogue(0, Activation.NONE, 0, 0);

  /// Finishes `columns` columns of rows of C from column `column` on; `row` is the first row's
  /// number.
  void apply(long c, long cRow, int row, int rows, int column, int columns) {
    for (int i = 0; i < rows; i++) {
      if (bias != 0) {
        add(c, bias + column * 4L, columns);
      }
      if (activation == Activation.GELU_TANH) {
        gelu(c, columns);
      }
      if (residual != 0) {
        add(c, residual + (row + i) * residualRow + column * 4L, columns);
      }
      c += cRow;
    }
  }

  private static void add(long c, long x, int n) {
    int j = 0;
    for (; j <= n - LANES; j += LANES) {
      store(load(c + j * 4L).add(load(x + j * 4L)), c + j * 4L);
    }
    if (j < n) {
      var mask = first(n - j);
      store(load(c + j * 4L, mask).add(load(x + j * 4L, mask)), c + j * 4L, mask);
    }
  }

  private static void gelu(long c, int n) {
    int j = 0;
    for (; j <= n - LANES; j += LANES) {
      store(VectorMath.gelu(load(c + j * 4L)), c + j * 4L);
    }
    if (j < n) {
      var mask = first(n - j);
      store(VectorMath.gelu(load(c + j * 4L, mask)), c + j * 4L, mask);
    }
  }
}
