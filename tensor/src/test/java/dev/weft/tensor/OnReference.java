package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// Tests on the reference device that give all memory back.
abstract class OnReference {
  final Device device = Devices.reference();

  /// Live bytes when the test began.
  long before;

  @BeforeEach
  void rememberMemory() {
    before = device.stats().liveBytes();
  }

  @AfterEach
  void everythingWasGivenBack() {
    assertEquals(before, device.stats().liveBytes());
  }
}
