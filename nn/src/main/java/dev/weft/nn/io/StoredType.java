package dev.weft.nn.io;

import dev.weft.tensor.DType;

/// Element types of a safetensors file; their names are those in the file.
public enum StoredType {
  F64(8),
  F32(4),
  F16(2),
  BF16(2),
  I64(8),
  I32(4),
  I8(1),
  U8(1),
  BOOL(1);

  private final int bytes;

  StoredType(int bytes) {
    this.bytes = bytes;
  }

  /// Bytes of one element.
  public int bytes() {
    return bytes;
  }

  /// Whether it holds numbers with a fraction.
  boolean floating() {
    return this == F64 || this == F32 || this == F16 || this == BF16;
  }

  /// The type that keeps the bits of a tensor's elements.
  static StoredType of(DType dtype) {
    return valueOf(dtype.name());
  }
}
