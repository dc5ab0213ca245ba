package dev.weft.rnn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.kernels.cuda.EmulatedCuda;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Gating;
import dev.weft.tensor.Scope;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What a step in time costs on a GPU, as the emulator counts it.
final class CudaStepTest {
  private static final int STEPS = 40;

  @Test
  @DisplayName("A time step of a layer is one launch, however many gates it has")
  void launches() {
    Device device = EmulatedCuda.device(EmulatedCuda.FORWARD);
    for (Gating gating : new Gating[] {Gating.TANH, Gating.LSTM, Gating.GRU}) {
      var config = SmallLanguageModel.config(gating);
      try (var small = new SmallLanguageModel(device, config, DType.F32);
          Scope _ = new Scope()) {
        long few = launches(small, STEPS);
        long many = launches(small, 2 * STEPS);
        long layers = config.rnn().layers();
        assertTrue(many - few <= layers * STEPS, gating + ": " + (many - few) + " launches");
      }
    }
  }

  private static long launches(SmallLanguageModel small, int steps) {
    int[][] tokens = {new int[steps]};
    small.inference.logits(tokens).toFloats();
    EmulatedCuda.resetCounters();
    small.inference.logits(tokens).toFloats();
    return EmulatedCuda.get("launches") + EmulatedCuda.get("cublas_calls");
  }
}
