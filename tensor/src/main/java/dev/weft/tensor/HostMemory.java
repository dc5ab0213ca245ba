package dev.weft.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/// A pool of native memory. Small blocks are cut from 4 MiB slabs, large ones come from the system
/// singly; a block that is given back waits in the free list of its size class for the next of that
/// class. Sizes repeat from step to step, so that nothing is allocated after the first. Slabs live
/// as long as the process: opening and closing a shared arena takes 37 µs, which a tensor must not
/// cost.
final class HostMemory {
  private static final long ALIGNMENT = 64;
  private static final long SLAB = 4L << 20;
  private static final boolean POISON = Boolean.getBoolean("weft.checked");

  private final String device;
  private final Map<Long, ArrayDeque<MemorySegment>> free = new HashMap<>();
  private MemorySegment slab = MemorySegment.NULL;
  private long slabUsed;
  private long live;
  private long peak;
  private long reserved;
  private long allocations;

  HostMemory(String device) {
    this.device = device;
  }

  synchronized MemorySegment allocate(long bytes, String owner) {
    long rounded = sizeClass(bytes);
    ArrayDeque<MemorySegment> list = free.get(rounded);
    MemorySegment memory = list == null ? null : list.pollLast();
    if (memory == null) {
      memory = take(rounded, owner);
    }
    live += bytes;
    peak = Math.max(peak, live);
    allocations++;
    if (POISON) {
      poison(memory);
    }
    return memory;
  }

  synchronized void release(MemorySegment memory, long bytes) {
    live -= bytes;
    if (POISON) {
      poison(memory);
    }
    free.computeIfAbsent(memory.byteSize(), size -> new ArrayDeque<>()).addLast(memory);
  }

  synchronized DeviceStats stats() {
    return new DeviceStats(live, peak, reserved, allocations);
  }

  private MemorySegment take(long rounded, String owner) {
    try {
      if (rounded > SLAB / 4) {
        MemorySegment memory = Arena.ofShared().allocate(rounded, ALIGNMENT);
        reserved += rounded;
        return memory;
      }
      if (slabUsed + rounded > slab.byteSize()) {
        slab = Arena.ofShared().allocate(SLAB, ALIGNMENT);
        slabUsed = 0;
        reserved += SLAB;
      }
      MemorySegment memory = slab.asSlice(slabUsed, rounded);
      slabUsed += rounded;
      return memory;
    } catch (OutOfMemoryError e) {
      OutOfMemoryError error =
          new OutOfMemoryError(
              device
                  + ": "
                  + owner
                  + " asked for "
                  + mebibytes(rounded)
                  + " MiB but the system gave none; "
                  + mebibytes(live)
                  + " MiB are in use and "
                  + mebibytes(reserved)
                  + " MiB reserved. A shorter context, a smaller batch or a smaller dtype needs less");
      error.initCause(e);
      throw error;
    }
  }

  /// Eight classes between two powers of two: at most 12.5 % is lost, and near sizes share a list.
  static long sizeClass(long bytes) {
    long size = Math.max(ALIGNMENT, bytes);
    long step = Math.max(ALIGNMENT, Long.highestOneBit(size - 1) >> 3);
    return Math.multiplyExact(Math.ceilDiv(size, step), step);
  }

  private static void poison(MemorySegment memory) {
    for (long at = 0; at + 4 <= memory.byteSize(); at += 4) {
      memory.set(ValueLayout.JAVA_INT_UNALIGNED, at, 0x7fc0dead);
    }
  }

  private static long mebibytes(long bytes) {
    return Math.ceilDiv(bytes, 1L << 20);
  }
}
