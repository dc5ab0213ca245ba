package dev.weft.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.gpt2.Gpt2;
import dev.weft.gpt2.Gpt2Config;
import dev.weft.gpt2.Gpt2Inference;
import dev.weft.kernels.cuda.EmulatedCuda;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What the benchmarks decode with.
final class CudaWeftTextTest {
  private static WeftText text(Device device) {
    Gpt2Config config = new Gpt2Config(101, 32, 24, 1, 2, 1e-5);
    try (Gpt2 model = Gpt2.create(config, device, DType.F32, 1)) {
      return new WeftText(Gpt2Inference.of(model, DType.F32), 1);
    }
  }

  private static long graphsOfFiveSteps(WeftText text) {
    text.read(new int[][] {{1, 2, 3}});
    EmulatedCuda.resetCounters();
    for (int step = 0; step < 5; step++) {
      text.step(new int[] {step});
    }
    return EmulatedCuda.get("graph_launches");
  }

  @Test
  @DisplayName("S1-96: the bench decodes with graphs and without, to the same bits")
  void withGraphsAndWithout() {
    try (WeftText text = text(EmulatedCuda.device(EmulatedCuda.FORWARD))) {
      assertEquals(4, graphsOfFiveSteps(text));
      float[] logits = text.logits();
      assertTrue(text.stopRecording());
      assertEquals(0, graphsOfFiveSteps(text));
      assertArrayEquals(logits, text.logits());
    }
  }

  @Test
  void whatIsNeverRecordedIsMeasuredOnce() {
    try (WeftText text = text(EmulatedCuda.deviceWithoutGraphs())) {
      assertFalse(text.stopRecording());
    }
  }
}
