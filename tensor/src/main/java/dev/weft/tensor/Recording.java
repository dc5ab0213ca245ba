package dev.weft.tensor;

/// Work of a device that can be queued again with one call, see [Device#record]. It keeps the
/// memory that the work uses, until it is closed.
public interface Recording extends AutoCloseable {
  /// Queues the work once more: the same kernels on the same tensors, whatever these hold by now.
  void replay();

  /// Gives the memory back.
  @Override
  void close();
}
