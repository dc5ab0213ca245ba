package dev.weft.kernels.cuda;

import dev.weft.kernels.Axes;
import dev.weft.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// `Walk<N>` of `weft.cuh`: how N operands of one shape step through memory, handed to a kernel by
/// value.
final class Walk {
  /// AXES of `weft.cuh`.
  private static final int AXES = 6;

  private static final long MOST_ELEMENTS = (1L << 32) - 1; // kernels count them in 32 bits
  private static final int DIMS_AT = Integer.BYTES;
  private static final int STEPS_AT = 32; // rank and dims, rounded up to a multiple of 8

  private final Axes axes;
  private final int operands;

  /// The walk of tensors of one shape, the output first.
  Walk(Tensor... tensors) {
    axes = new Axes(tensors);
    operands = tensors.length;
    if (axes.count() > AXES) {
      throw new IllegalArgumentException(
          "cuda: a view of "
              + tensors[0].shape()
              + " steps through memory in "
              + axes.count()
              + " axes but kernels take "
              + AXES
              + "; make it contiguous first");
    }
    long size = 1;
    for (int i = 0; i < axes.count(); i++) {
      size *= axes.dim(i);
    }
    if (!axes.contiguous() && size > MOST_ELEMENTS) {
      throw new IllegalArgumentException(
          "cuda: "
              + tensors[0].shape()
              + " has "
              + size
              + " elements but kernels step through at most "
              + MOST_ELEMENTS
              + "; take it in parts");
    }
  }

  /// Bytes of the structure.
  static int bytes(int operands) {
    return STEPS_AT + operands * AXES * Long.BYTES;
  }

  int bytes() {
    return bytes(operands);
  }

  void write(MemorySegment target, long at) {
    int rank = axes.contiguous() ? 0 : axes.count();
    target.set(ValueLayout.JAVA_INT, at, rank);
    for (int i = 0; i < rank; i++) {
      target.set(ValueLayout.JAVA_INT, at + DIMS_AT + (long) i * Integer.BYTES, axes.dim(i));
      for (int k = 0; k < operands; k++) {
        long slot = at + STEPS_AT + ((long) k * AXES + i) * Long.BYTES;
        target.set(ValueLayout.JAVA_LONG, slot, axes.stride(k, i));
      }
    }
  }

  @Override
  public String toString() {
    return axes.contiguous() ? "contiguous" : axes.count() + " axes";
  }
}
