package dev.weft.nn.io;

import dev.weft.tensor.Shape;

/// Where a tensor lies in a file.
///
/// @param name unique in its file
/// @param type element type in the file
/// @param shape its shape; empty for a scalar
/// @param begin first byte, counted from the start of the data
/// @param end one past the last byte
public record TensorEntry(String name, StoredType type, Shape shape, long begin, long end) {
  /// Bytes it takes.
  public long bytes() {
    return end - begin;
  }
}
