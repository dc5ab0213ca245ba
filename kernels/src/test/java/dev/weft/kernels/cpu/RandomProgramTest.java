package dev.weft.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Property;
import dev.weft.tensor.RandomProgram;
import org.junit.jupiter.api.Test;

/// Whole programs, forward and backward, on the CPU and on the reference device.
class RandomProgramTest {
  private final Device cpu = Devices.require("cpu");
  private final Device reference = Devices.reference();

  @Test
  void programsGiveTheBitsOfTheReference() {
    long before = cpu.stats().liveBytes();
    Property.forAll(
        4711,
        500,
        (random, size) -> new int[] {random.nextInt(1 << 30), 1 + size / 5},
        program -> {
          double[][] expected = gradients(reference, program);
          double[][] actual = gradients(cpu, program);
          for (int leaf = 0; leaf < RandomProgram.LEAVES; leaf++) {
            assertArrayEquals(expected[leaf], actual[leaf], "leaf " + leaf);
          }
        });
    assertEquals(before, cpu.stats().liveBytes());
  }

  private static double[][] gradients(Device device, int[] program) {
    return new RandomProgram(device, DType.F32, program[0], program[1]).gradients();
  }
}
