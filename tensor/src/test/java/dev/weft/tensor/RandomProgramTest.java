package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// Gradients of random programs against central differences in F64.
class RandomProgramTest {
  private static final double STEP = 1e-5;

  private final Device device = Devices.reference();

  @Test
  void gradientsAreSlopes() {
    long before = device.stats().liveBytes();
    Property.forAll(
        2026,
        300,
        (random, size) -> new int[] {random.nextInt(1 << 30), 1 + size / 7},
        program -> check(new RandomProgram(device, DType.F64, program[0], program[1])));
    assertEquals(before, device.stats().liveBytes());
  }

  private static void check(RandomProgram program) {
    double[][] gradients = program.gradients();
    for (int leaf = 0; leaf < RandomProgram.LEAVES; leaf++) {
      for (int i = 0; i < gradients[leaf].length; i++) {
        double up = program.valueAt(leaf, i, STEP);
        double down = program.valueAt(leaf, i, -STEP);
        double slope = (up - down) / (2 * STEP);
        double error = Math.abs(slope - gradients[leaf][i]);
        assertTrue(
            error <= 1e-5 * Math.max(1, Math.abs(slope)),
            "leaf " + leaf + "[" + i + "]: " + gradients[leaf][i] + " is not the slope " + slope);
      }
    }
  }
}
