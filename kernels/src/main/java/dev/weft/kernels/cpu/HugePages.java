package dev.weft.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.function.LongFunction;

/// Memory of the system in pages of 2 MiB, which Linux gives to those who ask: a weight is packed
/// by columns that lie kilobytes apart, and with pages of 4 KiB nearly each of them costs a walk
/// through the page tables. What nobody touches takes no memory.
final class HugePages implements LongFunction<MemorySegment> {
  private static final long PAGE = 2L << 20;

  /// Smaller blocks are cut from regions of this size.
  private static final long REGION = 64L << 20;

  private static final long ALIGNMENT = 64;
  private static final int READ_AND_WRITE = 3;
  private static final int PRIVATE_AND_ANONYMOUS = 0x22;
  private static final int HUGE = 14;

  private final MethodHandle mmap;
  private final MethodHandle madvise;
  private MemorySegment region = MemorySegment.NULL; // what is left of it

  @SuppressWarnings("restricted") // the device opens only where native access is enabled
  private HugePages(Linker linker) {
    mmap =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("mmap"),
            FunctionDescriptor.of(
                ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    madvise =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("madvise"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  }

  /// A source of memory, which has none where the system isn't Linux.
  @SuppressWarnings("restricted") // as above
  static LongFunction<MemorySegment> source() {
    boolean linux = System.getProperty("os.name").equals("Linux");
    return linux ? new HugePages(Linker.nativeLinker()) : _ -> null;
  }

  /// Memory of `bytes` bytes, aligned to 64, or null.
  @Override
  public MemorySegment apply(long bytes) {
    if (bytes > Long.MAX_VALUE - 2 * PAGE) {
      return null;
    }
    if (bytes > REGION / 2) {
      return map(bytes);
    }
    long rounded = (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    if (region.byteSize() < rounded) {
      MemorySegment next = map(REGION);
      if (next == null) {
        return null;
      }
      region = next;
    }
    MemorySegment memory = region.asSlice(0, bytes);
    region = region.asSlice(rounded);
    return memory;
  }

  /// Whole pages from the system, at the beginning of one. That they are huge is a wish.
  @SuppressWarnings("restricted") // as above
  private MemorySegment map(long bytes) {
    long size = (bytes + PAGE - 1) & -PAGE;
    try {
      MemorySegment mapped =
          (MemorySegment)
              mmap.invokeExact(
                  MemorySegment.NULL, size + PAGE, READ_AND_WRITE, PRIVATE_AND_ANONYMOUS, -1, 0L);
      if (mapped.address() == -1) {
        return null;
      }
      long start = (mapped.address() + PAGE - 1) & -PAGE;
      MemorySegment memory = MemorySegment.ofAddress(start).reinterpret(size);
      int _ = (int) madvise.invokeExact(memory, size, HUGE);
      return memory;
    } catch (Throwable e) {
      throw new IllegalStateException("memory: the system's mmap cannot be called", e);
    }
  }
}
