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
  private static final long LARGE = SLAB / 4;
  private static final boolean POISON = Boolean.getBoolean("weft.checked");

  private record Large(String owner, long bytes) {}

  private final String device;
  private final Map<Long, ArrayDeque<MemorySegment>> free = new HashMap<>();
  private final Map<Long, Large> large = new HashMap<>(); // in use, by address
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
    if (rounded > LARGE) {
      large.put(memory.address(), new Large(owner, bytes));
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
    if (memory.byteSize() > LARGE) {
      large.remove(memory.address());
    }
    if (POISON) {
      poison(memory);
    }
    free.computeIfAbsent(memory.byteSize(), size -> new ArrayDeque<>()).addLast(memory);
  }

  synchronized DeviceStats stats() {
    return new DeviceStats(live, peak, reserved, allocations);
  }

  synchronized void resetPeak() {
    peak = live;
  }

  private MemorySegment take(long rounded, String owner) {
    try {
      if (rounded > LARGE) {
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
                  + " MiB reserved"
                  + owners()
                  + ". A shorter context, a smaller batch or a smaller dtype needs less");
      error.initCause(e);
      throw error;
    }
  }

  /// `; the most has NAME with 12 MiB, then NAME with 3 MiB`: of the blocks that are not in a slab.
  private String owners() {
    Map<String, Long> bytes = new HashMap<>();
    large.values().forEach(block -> bytes.merge(block.owner, block.bytes, Long::sum));
    StringBuilder text = new StringBuilder();
    bytes.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(3)
        .forEach(
            e ->
                text.append(text.isEmpty() ? "; the most has " : ", then ")
                    .append(e.getKey())
                    .append(" with ")
                    .append(mebibytes(e.getValue()))
                    .append(" MiB"));
    return text.toString();
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
