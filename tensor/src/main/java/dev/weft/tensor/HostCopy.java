package dev.weft.tensor;

import java.lang.foreign.MemorySegment;

/// Copies between Java arrays and tensors of any layout and device.
final class HostCopy {
  private HostCopy() {}

  static void upload(Tensor x, float[] values) {
    requireCount(x, values.length);
    switch (x.dtype()) {
      case F32 -> upload(x, MemorySegment.ofArray(values));
      case BF16 -> {
        short[] bits = new short[values.length];
        for (int i = 0; i < bits.length; i++) {
          bits[i] = Halves.toBf16(values[i]);
        }
        upload(x, MemorySegment.ofArray(bits));
      }
      case F16 -> {
        short[] bits = new short[values.length];
        for (int i = 0; i < bits.length; i++) {
          bits[i] = Float.floatToFloat16(values[i]);
        }
        upload(x, MemorySegment.ofArray(bits));
      }
      case F64 -> {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
          wide[i] = values[i];
        }
        upload(x, MemorySegment.ofArray(wide));
      }
      case I8, I32, BOOL -> throw mismatch(x, "float");
    }
  }

  static void upload(Tensor x, double[] values) {
    requireCount(x, values.length);
    if (x.dtype() != DType.F64) {
      throw mismatch(x, "double");
    }
    upload(x, MemorySegment.ofArray(values));
  }

  static void upload(Tensor x, int[] values) {
    requireCount(x, values.length);
    switch (x.dtype()) {
      case I32 -> upload(x, MemorySegment.ofArray(values));
      case BOOL, I8 -> {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = (byte) (x.dtype() == DType.BOOL ? (values[i] == 0 ? 0 : 1) : values[i]);
        }
        upload(x, MemorySegment.ofArray(bytes));
      }
      case F32, F64, BF16, F16 -> throw mismatch(x, "int");
    }
  }

  private static void upload(Tensor x, MemorySegment source) {
    if (x.block().recorded()) {
      throw new IllegalStateException(
          "set: " + x + " is recorded on a tape; changing it now would falsify backward");
    }
    if (x.block().parameters != null) {
      x.block().parameters.set(x);
    }
    if (x.dense()) {
      long at = x.offset() * x.dtype().bytes();
      x.device().upload(x.memory(), at, source, 0, source.byteSize());
      return;
    }
    try (Scope scope = Scope.noGrad()) {
      Tensor dense = scope.empty(x.device(), x.dtype(), x.shape());
      upload(dense, source);
      x.kernels().copy(Grad.into(x), dense);
    }
  }

  static void download(Tensor x, float[] target) {
    requireCount(x, target.length);
    switch (x.dtype()) {
      case F32 -> download(x, MemorySegment.ofArray(target));
      case BF16 -> {
        short[] bits = new short[target.length];
        download(x, MemorySegment.ofArray(bits));
        for (int i = 0; i < bits.length; i++) {
          target[i] = Halves.fromBf16(bits[i]);
        }
      }
      case F16 -> {
        short[] bits = new short[target.length];
        download(x, MemorySegment.ofArray(bits));
        for (int i = 0; i < bits.length; i++) {
          target[i] = Float.float16ToFloat(bits[i]);
        }
      }
      case F64 -> {
        double[] wide = doubles(x);
        for (int i = 0; i < wide.length; i++) {
          target[i] = (float) wide[i];
        }
      }
      case I8, I32, BOOL -> throw mismatch(x, "float");
    }
  }

  static double[] doubles(Tensor x) {
    double[] target = new double[Math.toIntExact(x.size())];
    if (x.dtype() == DType.F64) {
      download(x, MemorySegment.ofArray(target));
      return target;
    }
    float[] values = x.toFloats();
    for (int i = 0; i < target.length; i++) {
      target[i] = values[i];
    }
    return target;
  }

  static int[] ints(Tensor x) {
    int[] target = new int[Math.toIntExact(x.size())];
    switch (x.dtype()) {
      case I32 -> download(x, MemorySegment.ofArray(target));
      case BOOL, I8 -> {
        byte[] bytes = new byte[target.length];
        download(x, MemorySegment.ofArray(bytes));
        for (int i = 0; i < bytes.length; i++) {
          target[i] = bytes[i];
        }
      }
      case F32, F64, BF16, F16 -> throw mismatch(x, "int");
    }
    return target;
  }

  private static void download(Tensor x, MemorySegment target) {
    if (x.dense()) {
      x.device().download(x.memory(), x.offset() * x.dtype().bytes(), target, 0, target.byteSize());
      return;
    }
    try (Scope scope = Scope.noGrad()) {
      Tensor dense = scope.empty(x.device(), x.dtype(), x.shape());
      x.kernels().copy(Grad.into(dense), x);
      download(dense, target);
    }
  }

  private static void requireCount(Tensor x, int count) {
    if (count != x.size()) {
      throw new IllegalArgumentException(
          "copy: the tensor "
              + x.shape()
              + " has "
              + x.size()
              + " elements but the array has "
              + count);
    }
  }

  private static IllegalArgumentException mismatch(Tensor x, String array) {
    return new IllegalArgumentException(
        "copy: a " + x.dtype() + " tensor does not go with a " + array + " array; cast it first");
  }
}
