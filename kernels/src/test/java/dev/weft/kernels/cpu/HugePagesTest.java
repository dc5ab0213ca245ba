package dev.weft.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
final class HugePagesTest {
  private static final long MIB = 1 << 20;

  private final LongFunction<MemorySegment> source = HugePages.source();

  @Test
  void blocksAreAsLargeAsWantedAlignedAndApart() {
    long[] sizes = {1, 64, 65, 3 * MIB, 31 * MIB, 32 * MIB, 33 * MIB, 40 * MIB, 17 * MIB + 3};
    List<MemorySegment> blocks = new ArrayList<>();
    for (long size : sizes) {
      MemorySegment block = source.apply(size);
      assertEquals(size, Math.min(size, block.byteSize()), "room for " + size + " bytes");
      assertEquals(0, block.address() % 64);
      blocks.add(block);
    }
    for (int i = 0; i < sizes.length; i++) {
      blocks.get(i).set(ValueLayout.JAVA_BYTE, 0, (byte) (i + 1));
      blocks.get(i).set(ValueLayout.JAVA_BYTE, sizes[i] - 1, (byte) (i + 1));
    }
    for (int i = 0; i < sizes.length; i++) {
      assertEquals(i + 1, blocks.get(i).get(ValueLayout.JAVA_BYTE, 0));
      assertEquals(i + 1, blocks.get(i).get(ValueLayout.JAVA_BYTE, sizes[i] - 1));
    }
  }

  @Test
  void aLargeBlockBeginsAPage() {
    assertEquals(0, source.apply(40 * MIB).address() % (2 * MIB));
  }

  @Test
  void whatTheSystemDoesNotHaveIsNull() {
    assertNull(source.apply(1L << 60));
    assertNull(source.apply(Long.MAX_VALUE));
    assertTrue(source.apply(1).byteSize() > 0, "and the next block is there again");
  }
}
