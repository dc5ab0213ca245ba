package dev.weft.tensor.ops;

import dev.weft.tensor.DType;
import dev.weft.tensor.Tensor;

/// The checks that ops share; each message names the op and both values.
final class Require {
  private Require() {}

  /// All live (null ones are passed over), and on one device.
  static void sameDevice(String op, Tensor first, Tensor... others) {
    first.requireLive(op);
    for (Tensor other : others) {
      if (other != null && other.requireLive(op).device() != first.device()) {
        throw new IllegalArgumentException(
            op
                + ": operands live on "
                + first.device().name()
                + " and "
                + other.device().name()
                + "; copy one over");
      }
    }
  }

  static void computing(String op, Tensor first, Tensor... others) {
    if (!first.dtype().computes()) {
      throw new IllegalArgumentException(
          op + ": " + first.dtype() + " " + first.shape() + " does not compute; cast it to F32");
    }
    for (Tensor other : others) {
      if (other != null && other.dtype() != first.dtype()) {
        throw new IllegalArgumentException(
            op
                + ": element types differ: "
                + first.dtype()
                + " and "
                + other.dtype()
                + "; cast one");
      }
    }
    sameDevice(op, first, others);
  }

  static void dtype(String op, String what, Tensor x, DType dtype) {
    if (x.dtype() != dtype) {
      throw new IllegalArgumentException(
          op + ": " + what + " must be " + dtype + " but is " + x.dtype());
    }
  }

  /// Throws unless every id lies in [0, bound): kernels do not look again.
  static void ids(String op, Tensor ids, int bound) {
    int[] values = ids(op, ids);
    for (int i = 0; i < values.length; i++) {
      if (values[i] < 0 || values[i] >= bound) {
        throw outside(op, values[i], i, bound);
      }
    }
  }

  /// Throws unless every id lies in [0, bound) or is `allowed`; returns them.
  static int[] ids(String op, Tensor ids, int bound, int allowed) {
    int[] values = ids(op, ids);
    for (int i = 0; i < values.length; i++) {
      if ((values[i] < 0 || values[i] >= bound) && values[i] != allowed) {
        throw outside(op, values[i], i, bound);
      }
    }
    return values;
  }

  private static int[] ids(String op, Tensor ids) {
    dtype(op, "ids", ids, DType.I32);
    return ids.toInts();
  }

  private static IllegalArgumentException outside(String op, int id, int position, int bound) {
    return new IllegalArgumentException(
        op + ": id " + id + " at position " + position + " is outside 0 … " + (bound - 1));
  }
}
