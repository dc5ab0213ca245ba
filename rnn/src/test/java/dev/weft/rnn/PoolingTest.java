package dev.weft.rnn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.nn.Golden;
import dev.weft.nn.OnDevices;
import dev.weft.nn.Place;
import dev.weft.tensor.Gating;
import dev.weft.tensor.Ops;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.ops.Recurrent;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// One vector for a sequence.
class PoolingTest extends OnDevices {
  @Test
  @DisplayName("S0-11, S0-12, S0-13: last, mean and max pooling give their known values")
  void poolingsGiveTheirKnownValues() {
    assertPoolings("pool_last_mean_max", 3);
  }

  @Test
  @DisplayName("S0-14: each pooling honours the true length")
  void poolingsHonourTheLength() {
    assertPoolings("pool_len2_last_mean_max", 2);
  }

  private void assertPoolings(String key, int length) {
    try (GoldenCells cells = GoldenCells.of(device, Gating.TANH);
        Scope _ = Scope.noGrad()) {
      Tensor mask = Mask.ofLengths(device, 3, length);
      Output output = cells.rnn.forward(cells.x(), null, mask);
      for (Pooling pooling : Pooling.values()) {
        float[] wanted = GoldenCells.floats(Golden.get(key).get(pooling.ordinal()));
        assertArrayEquals(wanted, pooling.of(output, mask).toFloats(), 1e-6f, pooling + "");
        if (length == 3) {
          float[] unmasked = pooling.of(output, null).toFloats();
          assertArrayEquals(pooling.of(output, mask).toFloats(), unmasked, pooling + "");
        }
      }
    }
  }

  @Test
  @DisplayName("T19: last is the last real step forward and step 0 backward")
  void lastOfBothDirectionsIsWhereEachHasReadTheRow() {
    try (ParameterSet parameters = parameters();
        Scope _ = Scope.noGrad()) {
      RnnConfig config = RnnConfig.of(Gating.GRU, 1, 2).withBidirectional(true);
      Rnn rnn = new Rnn(Place.in(parameters), config, null);
      parameters.allocate(1);
      Tensor x = Tensor.of(device, Shape.of(4, 2, 1), 1f, 2f, 3f, 4f, 5f, 99f, 6f, 99f);
      Output output = rnn.forward(x, null, Mask.ofLengths(device, 4, 4, 2));
      float[] pooled = Pooling.LAST.of(output, null).toFloats(); // (2, 4)
      float[] states = output.states().toFloats(); // (4, 2, 4)
      int[] lastStep = {3, 1};
      for (int b = 0; b < 2; b++) {
        for (int j = 0; j < 4; j++) {
          int step = j < 2 ? lastStep[b] : 0;
          assertEquals(states[(step * 2 + b) * 4 + j], pooled[b * 4 + j]);
        }
      }
    }
  }

  @Test
  @DisplayName("S0-13: the gradient of max pooling goes to the first largest step")
  void gradientOfMaxGoesToTheFirstLargestStep() {
    try (Tape tape = new Tape()) {
      Tensor states =
          tape.watch(Tensor.of(device, Shape.of(4, 1, 2), 1f, 5f, 3f, 5f, 3f, 2f, 9f, 9f));
      States last =
          new States(List.of(new Recurrent.State(states.slice(0, 3, 4).reshape(1, 2), null)));
      Tensor mask = Mask.ofLengths(device, 4, 3);
      tape.backward(Ops.sum(Pooling.MAX.of(new Output(states, last), mask)));
      float[] wanted = {0, 1, 1, 0, 0, 0, 0, 0};
      assertArrayEquals(wanted, tape.grad(states).toFloats());
    }
  }

  @Test
  void aRowWithoutARealStepIsRefused() {
    try (GoldenCells cells = GoldenCells.of(device, Gating.TANH);
        Scope _ = Scope.noGrad()) {
      Tensor mask = Mask.ofLengths(device, 3, 0);
      Output output = cells.rnn.forward(cells.x(), null, mask);
      for (Pooling pooling : Pooling.values()) {
        var error = assertThrows(IllegalArgumentException.class, () -> pooling.of(output, mask));
        assertTrue(error.getMessage().contains("row 0 has no real step"), error.getMessage());
      }
      assertThrows(IllegalArgumentException.class, () -> Mask.ofLengths(device, 3, 4));
    }
  }
}
