package dev.weft.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Property;
import dev.weft.tensor.RandomProgram;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Whole programs, forward and backward, on emulated GPUs and on the reference device.
final class CudaRandomProgramTest {
  private final Device reference = Devices.reference();

  @ParameterizedTest
  @CsvSource({"0, 200", "1, 100", "2, 100"})
  void programsGiveTheNumbersOfTheReference(int ordinal, int programs) {
    Device device = EmulatedCuda.device(ordinal);
    long before = device.stats().liveBytes();
    Property.forAll(
        4711 + ordinal,
        programs,
        (random, size) -> new int[] {random.nextInt(1 << 30), 1 + size / 5},
        program -> {
          double[][] expected = gradients(reference, program);
          double[][] actual = gradients(device, program);
          for (int leaf = 0; leaf < RandomProgram.LEAVES; leaf++) {
            for (int i = 0; i < expected[leaf].length; i++) {
              assertNear(expected[leaf][i], actual[leaf][i], "leaf " + leaf + " [" + i + "]");
            }
          }
        });
    assertEquals(before, device.stats().liveBytes());
  }

  private static void assertNear(double expected, double actual, String what) {
    boolean same = Double.compare(expected, actual) == 0;
    boolean near = Math.abs(actual - expected) <= 1e-4 * Math.max(1, Math.abs(expected));
    assertTrue(same || near, what + " is " + actual + " but the reference has " + expected);
  }

  private static double[][] gradients(Device device, int[] program) {
    return new RandomProgram(device, DType.F32, program[0], program[1]).gradients();
  }
}
