package dev.weft.tensor;

/// The keys and values of one attention layer for several rows, laid out as the device likes; only
/// its kernels read it. Host devices keep keys in panels of [Weight#PANEL] absolute positions,
/// d-major (`(position / PANEL · D + d) · PANEL + position % PANEL`), values as (position, D), per
/// row and head, both padded to a whole panel.
///
/// @param keys F32 (rows, cacheRowSize)
/// @param values F32 (rows, cacheRowSize)
/// @param heads attention heads
/// @param headDim values per head
/// @param capacity positions that fit
public record KeyValueCache(Tensor keys, Tensor values, int heads, int headDim, int capacity) {
  /// An empty cache of `rows` rows, held by `owner`.
  public static KeyValueCache allocate(
      Device device, Owner owner, int rows, int heads, int headDim, int capacity) {
    Shape shape =
        Shape.of(rows, Math.toIntExact(device.kernels().cacheRowSize(heads, headDim, capacity)));
    return new KeyValueCache(
        owner.zeros(device, DType.F32, shape),
        owner.zeros(device, DType.F32, shape),
        heads,
        headDim,
        capacity);
  }

  /// Rows.
  public int rows() {
    return keys.dim(0);
  }

  /// Bytes of keys and values together.
  public long bytes() {
    return 2 * keys.size() * keys.dtype().bytes();
  }
}
