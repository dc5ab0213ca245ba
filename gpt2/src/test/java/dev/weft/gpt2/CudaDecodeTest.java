package dev.weft.gpt2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.decoding.LanguageModel;
import dev.weft.kernels.cuda.EmulatedCuda;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What one token costs on a GPU: launches and bytes, as the emulator counts them.
final class CudaDecodeTest {
  /// Two layers of GPT-2's width: small enough for the emulator, and with the same shares.
  private static final Gpt2Config WIDE = new Gpt2Config(5003, 64, 768, 2, 12, 1e-5);

  @Test
  @DisplayName("S1-96: a decoded token is at most 8 launches a layer and 6, or one graph")
  void launches() {
    Device device = EmulatedCuda.device(EmulatedCuda.FORWARD);
    int layers = SmallModel.CONFIG.layers();
    try (Gpt2Inference model = SmallModel.inference(device, DType.F32);
        LanguageModel.Session session = model.open(1)) {
      session.feed(new int[][] {SmallModel.ids(1, 9)});
      device.synchronize();
      EmulatedCuda.resetCounters();
      session.feed(new int[][] {{4}});
      device.synchronize();
      long launches = EmulatedCuda.get("launches") + EmulatedCuda.get("cublas_calls");
      assertTrue(launches <= 8L * layers + 6, launches + " launches");
      assertEquals(0, EmulatedCuda.get("graph_launches"), "the first step is not recorded");
      for (int token = 0; token < 3; token++) {
        EmulatedCuda.resetCounters();
        session.feed(new int[][] {{token}});
        device.synchronize();
        assertEquals(1, EmulatedCuda.get("graph_launches"));
        assertEquals(0, EmulatedCuda.get("launches") + EmulatedCuda.get("cublas_calls"));
        assertEquals(0, EmulatedCuda.get("copies_to_host"), "nothing comes back but on request");
        assertEquals(8, EmulatedCuda.get("bytes_to_device"), "id and position");
      }
    }
  }

  @Test
  @DisplayName("S1-96: with graphs and without, the same bits")
  void graphsChangeNothing() {
    int[][] rows = {SmallModel.ids(1, 9), SmallModel.ids(2, 5)};
    float[][] with = logits(EmulatedCuda.device(EmulatedCuda.FORWARD), rows);
    float[][] without = logits(EmulatedCuda.deviceWithoutGraphs(), rows);
    for (int step = 0; step < with.length; step++) {
      assertArrayEquals(without[step], with[step], "step " + step);
    }
  }

  /// Of a prompt and ten steps, with the rows exchanged and one dropped on the way.
  private static float[][] logits(Device device, int[][] prompts) {
    float[][] logits = new float[11][];
    try (Gpt2Inference model = SmallModel.inference(device, DType.F32);
        LanguageModel.Session session = model.open(2)) {
      logits[0] = session.feed(prompts).toFloats();
      for (int step = 1; step < logits.length; step++) {
        if (step == 4) {
          session.reorder(new int[] {1, 0});
        } else if (step == 7) {
          session.reorder(new int[] {1});
        }
        int[][] tokens = step < 7 ? new int[][] {{step}, {step + 3}} : new int[][] {{step}};
        logits[step] = session.feed(tokens).toFloats();
      }
    }
    return logits;
  }

  @Test
  @DisplayName("A decoded token moves at most 1.05 times the weights and the cache")
  void bytes() {
    Device device = EmulatedCuda.device(EmulatedCuda.CHECKED);
    try (Gpt2 training = SmallModel.training(device, WIDE)) {
      for (DType dtype : new DType[] {DType.F32, DType.BF16, DType.I8}) {
        try (Gpt2Inference model = Gpt2Inference.of(training, dtype);
            LanguageModel.Session session = model.open(1)) {
          session.feed(new int[][] {SmallModel.ids(1, 41)});
          device.synchronize();
          EmulatedCuda.resetCounters();
          session.feed(new int[][] {{5}});
          device.synchronize();
          long moved = EmulatedCuda.get("bytes_read") + EmulatedCuda.get("bytes_written");
          long needed = weights(dtype) + cache();
          assertTrue(
              moved <= 1.05 * needed,
              dtype + ": " + moved + " bytes moved, " + needed + " bytes of weights and cache");
          assertTrue(moved >= needed, dtype + ": " + moved + " bytes cannot be all of " + needed);
        }
      }
    }
  }

  /// Bytes of what a token multiplies by: matrices as they are packed, biases and norms.
  private static long weights(DType dtype) {
    long c = WIDE.width();
    long matrices = 12 * c * c * WIDE.layers() + c * WIDE.vocabulary();
    long bytes = matrices * dtype.bytes();
    if (dtype == DType.I8) {
      bytes += matrices / 128 * Float.BYTES;
    }
    return bytes + Float.BYTES * (13L * WIDE.layers() + 2) * c;
  }

  /// Keys and values of 42 positions.
  private static long cache() {
    return 2L * Float.BYTES * 42 * WIDE.width() * WIDE.layers();
  }
}
