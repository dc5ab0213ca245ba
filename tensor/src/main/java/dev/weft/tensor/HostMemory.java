package dev.weft.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A pool of native memory. Its arenas are never closed: opening and closing a shared arena takes
/// 37 µs, which a tensor must not cost.
final class HostMemory extends MemoryPool {
  private static final long ALIGNMENT = 64;

  HostMemory(String device) {
    super(device, true);
  }

  @Override
  protected MemorySegment reserve(long bytes) {
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
