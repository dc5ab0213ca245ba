package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.BYTES;
import static dev.weft.kernels.cpu.Vectors.F;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;

import dev.weft.tensor.Activation;
import jdk.incubator.vector.FloatVector;

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
  /// number. C has room for a whole panel.
  void apply(long c, long cRow, int row, int rows, int column, int columns) {
    for (int i = 0; i < rows; i++) {
      if (bias != 0) {
        add(c, bias + column * 4L, columns);
      }
      if (activation == Activation.GELU_TANH) {
        gelu(c);
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
      FloatVector.fromMemorySegment(F, ALL, c + j * 4L, LITTLE)
          .add(FloatVector.fromMemorySegment(F, ALL, x + j * 4L, LITTLE))
          .intoMemorySegment(ALL, c + j * 4L, LITTLE);
    }
    for (; j < n; j++) {
      Native.set(c + j * 4L, Native.get(c + j * 4L) + Native.get(x + j * 4L));
    }
  }

  private static void gelu(long c) {
    for (int j = 0; j < Panels.ROW_BYTES; j += BYTES) {
      VectorMath.gelu(FloatVector.fromMemorySegment(F, ALL, c + j, LITTLE))
          .intoMemorySegment(ALL, c + j, LITTLE);
    }
  }
}
