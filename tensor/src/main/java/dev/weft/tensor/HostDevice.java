package dev.weft.tensor;

import java.lang.foreign.MemorySegment;
import java.util.function.LongFunction;

/// A device whose memory is the host's: everything but the kernels.
public abstract class HostDevice implements Device {
  private final HostMemory memory;

  /// A device with a pool of its own.
  protected HostDevice(String name) {
    memory = new HostMemory(name);
  }

  /// A device with a pool of its own.
  ///
  /// @param source of the pool's memory: a number of bytes to memory aligned to 64, contents
  ///     undefined, never given back; null where it has none, and the JVM's is taken. It is
  ///     asked by one thread at a time
  protected HostDevice(String name, LongFunction<MemorySegment> source) {
    memory = new HostMemory(name, source);
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
