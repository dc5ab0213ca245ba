package dev.weft.tensor;

import java.lang.foreign.MemorySegment;

/// A device whose memory is the host's: everything but the kernels.
public abstract class HostDevice implements Device {
  private final HostMemory memory;

  /// A device with a pool of its own.
  protected HostDevice(String name) {
    memory = new HostMemory(name);
  }

  @Override
  public final MemorySegment allocate(long bytes, String owner) {
    return memory.allocate(bytes, owner);
  }

  @Override
  public final void release(MemorySegment segment, long bytes) {
    memory.release(segment, bytes);
  }

  @Override
  public final void upload(
      MemorySegment target,
      long targetOffset,
      MemorySegment source,
      long sourceOffset,
      long bytes) {
    MemorySegment.copy(source, sourceOffset, target, targetOffset, bytes);
  }

  @Override
  public final void download(
      MemorySegment source,
      long sourceOffset,
      MemorySegment target,
      long targetOffset,
      long bytes) {
    MemorySegment.copy(source, sourceOffset, target, targetOffset, bytes);
  }

  /// Does nothing: host kernels have ended when they return.
  @Override
  public final void synchronize() {}

  @Override
  public final void resetPeak() {
    memory.resetPeak();
  }

  @Override
  public final DeviceStats stats() {
    return memory.stats();
  }
}
