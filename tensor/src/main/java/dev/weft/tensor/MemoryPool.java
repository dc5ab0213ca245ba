package dev.weft.tensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/// A device's pool of memory. Small blocks are cut from 4 MiB slabs, large ones come from the
/// system singly; a block that is given back waits in the free list of its size class for the next
/// of that class. Sizes repeat from step to step, so that nothing is allocated after the first.
/// Slabs live as long as the process.
public abstract class MemoryPool {
  private static final long ALIGNMENT = 64;
  private static final long SLAB = 4L << 20;
  private static final long LARGE = SLAB / 4;
  private static final boolean POISON = Boolean.getBoolean("weft.checked");

  private record Large(String owner, long bytes) {}

  private final String device;
  private final boolean pooled;
  private final Map<Long, ArrayDeque<MemorySegment>> free = new HashMap<>();
  private final Map<Long, Large> large = new HashMap<>(); // in use, by address
  private Aside aside; // what a recording keeps, while it is made
  private Thread recorder;
  private final Map<Long, Aside> lent = new HashMap<>(); // what recordings took, by address
  private MemorySegment slab; // null before the first
  private long slabUsed;
  private long live;
  private long peak;
  private long reserved;
  private long allocations;

  /// An empty pool.
  ///
  /// @param device begins its error texts
  /// @param pooled false: every block comes from the system and goes back to it, at exactly the
  ///     size that was asked for, so that a memory checker sees what lies beside it
  protected MemoryPool(String device, boolean pooled) {
    this.device = device;
    this.pooled = pooled;
  }

  /// Memory from the system, aligned to 64 bytes, or null when there is none.
  protected abstract MemorySegment reserve(long bytes);

  /// Gives the system back what [#reserve] gave.
  protected abstract void giveBack(MemorySegment memory);

  /// Part of what [#reserve] gave.
  protected abstract MemorySegment cut(MemorySegment slab, long offset, long bytes);

  /// Fills memory with NaN. The pool's lock is not held: a device may wait here for its own, which
  /// a recording holds while it asks the pool for memory.
  protected abstract void poison(MemorySegment memory, long bytes);

  /// See [Device#allocate].
  public final MemorySegment allocate(long bytes, String owner) {
    MemorySegment memory = take(bytes, owner);
    if (POISON) {
      poison(memory, rounded(bytes));
    }
    return memory;
  }

  /// See [Device#release].
  public final void release(MemorySegment memory, long bytes) {
    if (POISON) {
      poison(memory, rounded(bytes));
    }
    put(memory, bytes);
  }

  private long rounded(long bytes) {
    return pooled ? sizeClass(bytes) : Math.max(1, bytes);
  }

  private synchronized MemorySegment take(long bytes, String owner) {
    long rounded = rounded(bytes);
    MemorySegment memory = recorder == Thread.currentThread() ? poll(aside.free, rounded) : null;
    memory = memory == null ? poll(free, rounded) : memory;
    if (memory == null) {
      memory = fresh(rounded, owner);
    }
    if (rounded > LARGE) {
      large.put(memory.address(), new Large(owner, bytes));
    }
    if (recorder == Thread.currentThread()) {
      lent.put(memory.address(), aside);
    }
    live += bytes;
    peak = Math.max(peak, live);
    allocations++;
    return memory;
  }

  private synchronized void put(MemorySegment memory, long bytes) {
    long rounded = rounded(bytes);
    live -= bytes;
    if (rounded > LARGE) {
      large.remove(memory.address());
    }
    Aside lender = lent.isEmpty() ? null : lent.remove(memory.address());
    Aside keeper = recorder == Thread.currentThread() ? aside : lender;
    if (keeper != null) {
      put(keeper.free, rounded, memory);
      return;
    }
    if (!pooled) {
      giveBack(memory);
      reserved -= rounded;
      return;
    }
    put(free, rounded, memory);
  }

  private static MemorySegment poll(Map<Long, ArrayDeque<MemorySegment>> lists, long size) {
    ArrayDeque<MemorySegment> list = lists.get(size);
    return list == null ? null : list.pollLast();
  }

  private static void put(
      Map<Long, ArrayDeque<MemorySegment>> lists, long size, MemorySegment memory) {
    lists.computeIfAbsent(size, _ -> new ArrayDeque<>()).addLast(memory);
  }

  /// Memory that a recording used for a while and will use again at every replay: nobody else gets
  /// it meanwhile.
  public static final class Aside {
    private final Map<Long, ArrayDeque<MemorySegment>> free = new HashMap<>();
  }

  /// From now on what this thread gives back is kept aside, for this thread's use alone; so is what
  /// it takes, whoever gives that back and whenever.
  public final synchronized void beginAside() {
    if (recorder != null) {
      throw new IllegalStateException(device + ": another recording is being made");
    }
    recorder = Thread.currentThread();
    aside = new Aside();
  }

  /// Ends it; returns what is kept, for [#giveBack(Aside)].
  public final synchronized Aside endAside() {
    recorder = null;
    Aside kept = aside;
    aside = null;
    return kept;
  }

  /// Returns what a recording kept to the pool.
  public final synchronized void giveBack(Aside kept) {
    lent.values().removeIf(lender -> lender == kept);
    kept.free.forEach(
        (size, list) -> {
          for (MemorySegment memory : list) {
            if (pooled) {
              put(free, size, memory);
            } else {
              giveBack(memory);
              reserved -= size;
            }
          }
        });
    kept.free.clear();
  }

  /// See [Device#stats].
  public final synchronized DeviceStats stats() {
    return new DeviceStats(live, peak, reserved, allocations);
  }

  /// See [Device#resetPeak].
  public final synchronized void resetPeak() {
    peak = live;
  }

  private MemorySegment fresh(long rounded, String owner) {
    if (rounded > LARGE || !pooled) {
      return reserve(rounded, rounded, owner);
    }
    if (slab == null || slabUsed + rounded > SLAB) {
      slab = reserve(SLAB, rounded, owner);
      slabUsed = 0;
    }
    MemorySegment memory = cut(slab, slabUsed, rounded);
    slabUsed += rounded;
    return memory;
  }

  private MemorySegment reserve(long bytes, long asked, String owner) {
    MemorySegment memory = reserve(bytes);
    if (memory == null) {
      throw new OutOfMemoryError(
          device
              + ": "
              + owner
              + " asked for "
              + mebibytes(asked)
              + " MiB but the system gave none; "
              + mebibytes(live)
              + " MiB are in use and "
              + mebibytes(reserved)
              + " MiB reserved"
              + owners()
              + ". A shorter context, a smaller batch or a smaller dtype needs less");
    }
    reserved += bytes;
    return memory;
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

  private static long mebibytes(long bytes) {
    return Math.ceilDiv(bytes, 1L << 20);
  }
}
