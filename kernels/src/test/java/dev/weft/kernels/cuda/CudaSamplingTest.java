package dev.weft.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Draw;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Draws from the logits of GPT-2's vocabulary: the CPU's ids, without a copy from or to the host.
class CudaSamplingTest {
  private static final int ROWS = 3;
  private static final int VOCABULARY = 50_257;
  private static final int COUNTED = 60;

  @Test
  void fromAllLogitsInThreeLaunches() {
    assertDrawnAsOnTheCpu(3, 0, 0, 0);
    assertDrawnAsOnTheCpu(3, 0.7, 0, 1);
  }

  @Test
  void fromTheTopKInTwoLaunches() {
    assertDrawnAsOnTheCpu(2, 0, 1, 0);
    assertDrawnAsOnTheCpu(2, 0, 50, 0);
    assertDrawnAsOnTheCpu(2, 0.7, 40, 0.95);
  }

  @Test
  void fromManyOfTheTopInFourLaunches() {
    assertDrawnAsOnTheCpu(4, 0.7, 3000, 0);
  }

  @Test
  void fromTheNucleusInFiveLaunches() {
    assertDrawnAsOnTheCpu(5, 0, 0, 0.9);
    assertDrawnAsOnTheCpu(5, 0.7, 3000, 0.99);
  }

  @Test
  @DisplayName("S1-24: the largest is the same one a thousand times, at three sizes of a block")
  void theLargestIsTheSameEveryTime() {
    for (int ordinal : new int[] {EmulatedCuda.FORWARD, EmulatedCuda.REVERSE}) {
      Device cuda = EmulatedCuda.device(ordinal);
      for (int n : new int[] {100, 1000, 5003}) { // 32, 256 and 1,024 threads
        try (Scope _ = Scope.noGrad()) {
          float[] logits = new float[n];
          assertLargest(0, cuda, logits);
          logits[n - 1] = 1;
          logits[n / 3] = 1;
          assertLargest(n / 3, cuda, logits);
        }
      }
    }
  }

  private static void assertLargest(int expected, Device device, float... logits) {
    Tensor row = Tensor.of(device, Shape.of(1, logits.length), logits);
    for (int id : Ops.argmax(row.expand(1000, logits.length)).toInts()) {
      assertEquals(expected, id);
    }
  }

  private static void assertDrawnAsOnTheCpu(int launches, double penalty, int topK, double topP) {
    Device cuda = EmulatedCuda.device(EmulatedCuda.FORWARD);
    Device cpu = Devices.require("cpu");
    try (Scope _ = Scope.noGrad()) {
      Tensor expected = Tensor.empty(cpu, DType.I32, Shape.of(ROWS));
      cpu.kernels().sample(expected, logits(cpu), draw(cpu, penalty, topK, topP));
      Tensor drawn = Tensor.empty(cuda, DType.I32, Shape.of(ROWS));
      Tensor logits = logits(cuda);
      Draw draw = draw(cuda, penalty, topK, topP);
      cuda.synchronize();
      EmulatedCuda.resetCounters();
      cuda.kernels().sample(drawn, logits, draw);
      cuda.synchronize();
      assertEquals(launches, EmulatedCuda.get("launches"));
      assertEquals(0, EmulatedCuda.get("copies_to_host"));
      assertEquals(0, EmulatedCuda.get("bytes_to_device"));
      assertArrayEquals(expected.toInts(), drawn.toInts());
    }
  }

  private static Tensor logits(Device device) {
    Philox random = new Philox(11, Philox.Purpose.INITIALISATION, 0, 0);
    float[] logits = new float[ROWS * VOCABULARY];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) (3 * random.nextNormal() - 30);
    }
    return Tensor.of(device, Shape.of(ROWS, VOCABULARY), logits);
  }

  private static Draw draw(Device device, double penalty, int topK, double topP) {
    int[] ids = new int[ROWS * COUNTED];
    int[] times = new int[ROWS * COUNTED];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i % COUNTED * (VOCABULARY / COUNTED) + i / COUNTED;
      times[i] = 1 + i % 3;
    }
    Draw.Counts counts =
        new Draw.Counts(
            Tensor.ids(device, Shape.of(ROWS + 1), 0, COUNTED, 2 * COUNTED, 3 * COUNTED),
            Tensor.ids(device, Shape.of(ROWS * COUNTED), ids),
            Tensor.ids(device, Shape.of(ROWS * COUNTED), times));
    Tensor steps = Tensor.ids(device, Shape.of(ROWS), 5, 6, 7);
    Tensor sequences = Tensor.ids(device, Shape.of(ROWS), 0, 1, 0);
    return new Draw(0.9, penalty, counts, topK, topP, false, 3, steps, sequences);
  }
}
