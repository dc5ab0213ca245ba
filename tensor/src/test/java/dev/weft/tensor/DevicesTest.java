package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DevicesTest {
  @Test
  void theReferenceDeviceIsAlwaysThereAndOpenedOnce() {
    assertSame(Devices.reference(), Devices.require("reference"));
    assertSame(Devices.reference(), Devices.open("reference:0"));
    assertEquals("reference", Devices.best().name());
  }

  @Test
  void anUnknownKindThrowsWithTheKindsThereAre() {
    var error = assertThrows(IllegalArgumentException.class, () -> Devices.open("tpu"));
    assertTrue(error.getMessage().contains("[reference]"), error.getMessage());
  }

  @Test
  void aBadIndexThrowsWithTheReason() {
    var second = assertThrows(IllegalArgumentException.class, () -> Devices.open("reference:1"));
    assertTrue(second.getMessage().contains("one reference device"), second.getMessage());
    var word = assertThrows(IllegalArgumentException.class, () -> Devices.open("reference:one"));
    assertTrue(word.getMessage().contains("whole number"), word.getMessage());
  }

  @Test
  void memorySizesFallIntoEightClassesForEachPowerOfTwo() {
    Property.forAll(
        2,
        300,
        (random, size) -> 1 + (long) Math.pow(2, size / 2.0 * random.nextUniform()),
        bytes -> {
          long taken = MemoryPool.sizeClass(bytes);
          assertTrue(taken >= bytes && taken % 64 == 0);
          assertTrue(taken <= Math.max(bytes * 9 / 8, bytes + 64), bytes + " takes " + taken);
          assertEquals(taken, MemoryPool.sizeClass(taken));
        });
  }
}
