package dev.weft.tensor;

import java.lang.foreign.MemorySegment;

/// A place where tensors live and ops run. A new backend is a new jar with a [DeviceProvider].
public interface Device {
  /// `cpu`, `reference`, `cuda:0` …
  String name();

  /// What runs the kernels, for reports: `Vector API, 512 bits, 2 threads`.
  String description();

  /// Memory for at least `bytes` bytes, aligned to 64, contents undefined, from the device's pool.
  ///
  /// @param owner named in the error when there is not enough
  MemorySegment allocate(long bytes, String owner);

  /// Returns memory to the pool.
  void release(MemorySegment memory, long bytes);

  /// Copies host memory into device memory.
  void upload(
      MemorySegment target, long targetOffset, MemorySegment source, long sourceOffset, long bytes);

  /// Copies device memory into host memory, after all work on it has ended.
  void download(
      MemorySegment source, long sourceOffset, MemorySegment target, long targetOffset, long bytes);

  /// Waits until all work has ended.
  void synchronize();

  /// Memory figures.
  DeviceStats stats();

  /// Begins the figure of [DeviceStats#peakBytes] anew, with what is live now.
  void resetPeak();

  /// The numeric contract.
  Kernels kernels();

  /// Whether tensors of this type can live here.
  boolean supports(DType dtype);

  /// Records what `work` queues on this device instead of running it, or returns null where the
  /// device cannot; then `work` has not been called. The same work must have run before: a
  /// recording
  /// may not open kernels, take memory from the system, upload or download. Tensors that the work
  /// makes belong to their owners as always; their memory is not handed out again before the
  /// recording is closed.
  default Recording record(Runnable work) {
    return null;
  }

  /// What the hardware can do at best, or null where the device cannot measure it.
  default MachineLimits limits() {
    return null;
  }
}
