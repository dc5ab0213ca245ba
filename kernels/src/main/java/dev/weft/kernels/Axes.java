package dev.weft.kernels;

import dev.weft.tensor.Tensor;

/// How several tensors of one shape step through memory together: the axes ordered by falling
/// stride of the first tensor, those of size 1 dropped, and neighbours joined that all of them step
/// through evenly. What is contiguous everywhere is one axis with stride 1.
public final class Axes {
  private final int count;
  private final int[] dims;
  private final long[][] strides; // tensor, axis; in elements

  /// The axes of tensors of one shape; the first is the one that is written.
  public Axes(Tensor... tensors) {
    Tensor first = tensors[0];
    int rank = first.shape().rank();
    dims = new int[Math.max(1, rank)];
    strides = new long[tensors.length][dims.length];
    int[] order = outermostFirst(first);
    for (int i = 0; i < rank; i++) {
      dims[i] = first.dim(order[i]);
      for (int k = 0; k < tensors.length; k++) {
        strides[k][i] = tensors[k].stride(order[i]);
      }
    }
    count = merge(rank);
  }

  private static int[] outermostFirst(Tensor y) {
    int[] order = new int[y.shape().rank()];
    for (int i = 0; i < order.length; i++) {
      int at = i;
      while (at > 0 && y.stride(order[at - 1]) < y.stride(i)) {
        order[at] = order[--at];
      }
      order[at] = i;
    }
    return order;
  }

  /// From the front: each axis joins the one before it when it continues it. Returns how many are
  /// left.
  private int merge(int rank) {
    int last = -1;
    for (int i = 0; i < rank; i++) {
      if (dims[i] == 1) {
        continue;
      }
      boolean joins = last >= 0 && (long) dims[last] * dims[i] <= Integer.MAX_VALUE;
      for (int k = 0; joins && k < strides.length; k++) {
        joins = strides[k][last] == strides[k][i] * dims[i];
      }
      int previous = joins ? dims[last] : 1;
      last = joins ? last : last + 1;
      dims[last] = previous * dims[i];
      for (long[] stride : strides) {
        stride[last] = stride[i];
      }
    }
    if (last < 0) {
      dims[0] = 1;
      for (long[] stride : strides) {
        stride[0] = 1;
      }
      return 1;
    }
    return last + 1;
  }

  /// How many axes there are: at least 1.
  public int count() {
    return count;
  }

  /// The size of an axis; the last is the innermost.
  public int dim(int axis) {
    return dims[axis];
  }

  /// Elements between neighbours of a tensor along an axis.
  public long stride(int tensor, int axis) {
    return strides[tensor][axis];
  }

  /// Whether every tensor is contiguous.
  public boolean contiguous() {
    for (long[] stride : strides) {
      if (stride[0] != 1) {
        return false;
      }
    }
    return count == 1;
  }
}
