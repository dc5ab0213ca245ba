package dev.weft.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.LongFunction;

/// A pool of native memory, which is never given back to the system. Where the device brings no
/// source of its own it comes from arenas that are never closed: opening and closing a shared arena
/// takes 37 µs, which a tensor must not cost.
final class HostMemory extends MemoryPool {
  private static final long ALIGNMENT = 64;

  private final LongFunction<MemorySegment> source;

  HostMemory(String device) {
    this(device, _ -> null);
  }

  /// @param source asked first; one call at a time; null where it has none
  HostMemory(String device, LongFunction<MemorySegment> source) {
    super(device, true);
    this.source = source;
  }

  @Override
  protected MemorySegment reserve(long bytes) {
    MemorySegment memory = source.apply(bytes);
    if (memory != null) {
      return memory;
    }
    try {
      return Arena.ofShared().allocate(bytes, ALIGNMENT);
    } catch (OutOfMemoryError e) {
      return null;
    }
  }

  @Override
  protected void giveBack(MemorySegment memory) {
    throw new IllegalStateException("memory: a pool keeps what it has");
  }

  @Override
  protected MemorySegment cut(MemorySegment slab, long offset, long bytes) {
    return slab.asSlice(offset, bytes);
  }

  @Override
  protected void poison(MemorySegment memory, long bytes) {
    for (long at = 0; at + 4 <= bytes; at += 4) {
      memory.set(ValueLayout.JAVA_INT_UNALIGNED, at, 0x7fc0dead);
    }
  }
}
