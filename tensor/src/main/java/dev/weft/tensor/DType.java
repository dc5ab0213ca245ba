package dev.weft.tensor;

/// Element types. [#F32] computes; [#BF16], [#F16] and [#I8] store weights and caches; [#I32] holds
/// ids, [#BOOL] masks; [#F64] exists on the reference device, where gradient checks run the same
/// code in double precision. Nothing promotes by itself: a change of type is the op `cast`.
public enum DType {
  F32(4),
  F64(8),
  BF16(2),
  F16(2),
  I8(1),
  I32(4),
  BOOL(1);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /// Bytes of one element.
  public int bytes() {
    return bytes;
  }

  /// Whether arithmetic with gradients runs in this type: [#F32] and [#F64].
  public boolean computes() {
    return this == F32 || this == F64;
  }
}
