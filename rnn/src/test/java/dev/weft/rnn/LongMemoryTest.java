package dev.weft.rnn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Gating;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Which network remembers over fifty steps. The forget gates begin as open as the length asks for,
/// at ln 50 ≈ 4: Tallec and Ollivier, "Can recurrent neural networks warp time?", 2018. The log has
/// what other biases and rates gave.
class LongMemoryTest {
  private static final int STEPS = 400;
  private static final double RATE = 0.003;

  @Test
  @DisplayName(
      "S0-18: in 400 steps an LSTM learns to name the first of fifty tokens, Elman's does not")
  void anLstmRemembersWhereElmansNetworkDoesNot() {
    Device device = Devices.require("cpu");
    CopyFirst task = new CopyFirst(4, 50, 32, 1);
    RnnConfig lstm = RnnConfig.of(Gating.LSTM, 8, 32).withForgetBias(4);
    double remembered = task.accuracy(device, lstm, STEPS, RATE);
    assertTrue(remembered >= 0.95, "LSTM: " + remembered);
    double elman = task.accuracy(device, RnnConfig.of(Gating.TANH, 8, 32), STEPS, RATE);
    assertTrue(elman < 0.5, "tanh: " + elman);
  }
}
