package dev.weft.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The elements of a tensor as doubles, one at a time, whatever their type and layout: how the
/// reference kernels see memory.
final class Elements {
  private final MemorySegment memory;
  private final DType dtype;
  private final int[] dims;
  private final long[] strides;
  private final long offset;
  private final boolean contiguous;
  private final boolean accumulate;

  private Elements(
      MemorySegment memory,
      DType dtype,
      int[] dims,
      long[] strides,
      long offset,
      boolean accumulate) {
    this.memory = memory;
    this.dtype = dtype;
    this.dims = dims;
    this.strides = strides;
    this.offset = offset;
    this.accumulate = accumulate;
    this.contiguous = contiguous(dims, strides);
  }

  static Elements of(Tensor x) {
    return new Elements(x.memory(), x.dtype(), x.shape().dims(), x.strides(), x.offset(), false);
  }

  /// The target of a gradient: [#put] overwrites or adds, as the gradient says.
  static Elements of(Grad y) {
    Tensor x = y.tensor();
    return new Elements(
        x.memory(), x.dtype(), x.shape().dims(), x.strides(), x.offset(), y.accumulate());
  }

  /// As [#of(Tensor)], or null for an absent tensor.
  static Elements orNull(Tensor x) {
    return x == null ? null : of(x);
  }

  /// As [#of(Grad)], or null for a gradient that nobody wants.
  static Elements orNull(Grad y) {
    return y == null ? null : of(y);
  }

  long size() {
    long size = 1;
    for (int dim : dims) {
      size *= dim;
    }
    return size;
  }

  /// Row r: the last axis at row-major position r of the others.
  Elements row(long r) {
    return part(r, 1);
  }

  /// The last two axes at row-major position `batch` of the others.
  Elements matrix(long batch) {
    return part(batch, 2);
  }

  /// Column c of a matrix.
  Elements column(int c) {
    return new Elements(
        memory,
        dtype,
        new int[] {dims[0]},
        new long[] {strides[0]},
        offset + c * strides[1],
        accumulate);
  }

  private Elements part(long index, int kept) {
    int lead = Math.max(0, dims.length - kept);
    long start = offset;
    for (int axis = lead - 1; axis >= 0; axis--) {
      start += index % dims[axis] * strides[axis];
      index /= dims[axis];
    }
    int[] partDims = new int[dims.length - lead];
    long[] partStrides = new long[dims.length - lead];
    System.arraycopy(dims, lead, partDims, 0, partDims.length);
    System.arraycopy(strides, lead, partStrides, 0, partDims.length);
    return new Elements(memory, dtype, partDims, partStrides, start, accumulate);
  }

  /// Element i, row-major.
  double get(long i) {
    return read(position(i));
  }

  /// Element j of row r.
  double get(long r, int j) {
    return contiguous ? read(offset + r * dims[dims.length - 1] + j) : row(r).get(j);
  }

  /// A copy of all elements, row-major.
  double[] values() {
    double[] values = new double[Math.toIntExact(size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = get(i);
    }
    return values;
  }

  /// Element i as a whole number.
  int id(long i) {
    return (int) get(i);
  }

  /// Overwrites element i, rounding to the type.
  void set(long i, double value) {
    write(position(i), value);
  }

  /// Overwrites element j of row r.
  void set(long r, int j, double value) {
    row(r).set(j, value);
  }

  /// Overwrites element i, or adds to it when the gradient accumulates.
  void put(long i, double value) {
    set(i, accumulate ? Real.of(dtype).add(get(i), value) : value);
  }

  /// What a chain of element i starts from: its old value when the gradient accumulates, else 0.
  double start(long i) {
    return accumulate ? get(i) : 0;
  }

  /// As [#put(long, double)] for element j of row r.
  void put(long r, int j, double value) {
    row(r).put(j, value);
  }

  /// Overwrites all elements, row-major.
  void fill(double[] values) {
    for (int i = 0; i < values.length; i++) {
      set(i, values[i]);
    }
  }

  /// Sets every element to 0 unless the gradient accumulates.
  void clear() {
    if (!accumulate) {
      for (long i = 0; i < size(); i++) {
        set(i, 0);
      }
    }
  }

  private long position(long i) {
    if (contiguous) {
      return offset + i;
    }
    long at = offset;
    for (int axis = dims.length - 1; axis > 0; axis--) {
      at += i % dims[axis] * strides[axis];
      i /= dims[axis];
    }
    return at + i * strides[0];
  }

  private double read(long at) {
    return switch (dtype) {
      case F32 -> memory.getAtIndex(ValueLayout.JAVA_FLOAT, at);
      case F64 -> memory.getAtIndex(ValueLayout.JAVA_DOUBLE, at);
      case BF16 -> Halves.fromBf16(memory.getAtIndex(ValueLayout.JAVA_SHORT, at));
      case F16 -> Float.float16ToFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, at));
      case I32 -> memory.getAtIndex(ValueLayout.JAVA_INT, at);
      case I8, BOOL -> memory.get(ValueLayout.JAVA_BYTE, at);
    };
  }

  private void write(long at, double value) {
    switch (dtype) {
      case F32 -> memory.setAtIndex(ValueLayout.JAVA_FLOAT, at, (float) value);
      case F64 -> memory.setAtIndex(ValueLayout.JAVA_DOUBLE, at, value);
      case BF16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, at, Halves.toBf16((float) value));
      case F16 ->
          memory.setAtIndex(ValueLayout.JAVA_SHORT, at, Float.floatToFloat16((float) value));
      case I32 -> memory.setAtIndex(ValueLayout.JAVA_INT, at, (int) value);
      case I8 -> memory.set(ValueLayout.JAVA_BYTE, at, (byte) value);
      case BOOL -> memory.set(ValueLayout.JAVA_BYTE, at, (byte) (value != 0 ? 1 : 0));
    }
  }

  private static boolean contiguous(int[] dims, long[] strides) {
    long step = 1;
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      if (dims[axis] != 1 && strides[axis] != step) {
        return false;
      }
      step *= dims[axis];
    }
    return true;
  }
}
