package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

final class HostMemoryTest {
  private static final long MIB = 1 << 20;

  private final HostMemory memory = new HostMemory("a device");

  @Test
  void outOfMemoryNamesWhoAskedAndTheBiggestOwners() {
    memory.allocate(3 * MIB, "weights");
    MemorySegment first = memory.allocate(2 * MIB, "a cache");
    memory.allocate(2 * MIB, "a cache");
    memory.allocate(MIB / 2, "a small one");
    String text = refusal();
    assertTrue(text.startsWith("a device: a step asked for 1073741824 MiB"), text);
    assertTrue(text.contains("8 MiB are in use"), text);
    assertTrue(text.contains("the most has a cache with 4 MiB, then weights with 3 MiB."), text);
    memory.release(first, 2 * MIB);
    text = refusal();
    assertTrue(text.contains("the most has weights with 3 MiB, then a cache with 2 MiB."), text);
  }

  @Test
  void outOfMemoryOfAnEmptyPoolNamesNobodyElse() {
    assertFalse(refusal().contains("the most has"));
  }

  private String refusal() {
    return assertThrows(OutOfMemoryError.class, () -> memory.allocate(1L << 50, "a step"))
        .getMessage();
  }
}
