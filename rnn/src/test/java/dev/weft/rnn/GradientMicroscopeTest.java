package dev.weft.rnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.nn.OnDevices;
import dev.weft.nn.Place;
import dev.weft.rnn.GradientMicroscope.Gate;
import dev.weft.rnn.GradientMicroscope.View;
import dev.weft.tensor.Gating;
import dev.weft.tensor.Ops;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the microscope sees of networks whose gradients are known.
class GradientMicroscopeTest extends OnDevices {
  /// A network of one unit whose weights are given; backward of the sum of its last states.
  private View scalar(Gating gating, float weight, float bias, float... inputs) {
    try (ParameterSet parameters = parameters();
        Tape tape = new Tape()) {
      Rnn rnn = new Rnn(Place.in(parameters), RnnConfig.of(gating, 1, 1), null);
      parameters.allocate();
      int blocks = gating.blocks();
      for (var parameter : parameters.all()) {
        float[] values = new float[blocks];
        boolean recurrent = parameter.name().startsWith("weight_hh");
        java.util.Arrays.fill(values, recurrent ? weight : 1);
        if (parameter.name().startsWith("bias")) {
          java.util.Arrays.fill(values, bias / 2);
        }
        parameter.tensor().set(values);
      }
      GradientMicroscope microscope = GradientMicroscope.on(rnn);
      Tensor x = Tensor.of(device, Shape.of(inputs.length, 1, 1), inputs);
      tape.backward(Ops.sum(rnn.forward(x, null, null).last().parts().getFirst().h()));
      return microscope.views().getFirst();
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"0.5, 9.5367e-7", "1.5, 3325.2567"})
  @DisplayName("S0-34: through 20 steps of a linear network a gradient is multiplied by w^20")
  void aLinearNetworkMultipliesByItsWeightAtEachStep(float weight, double known) {
    float[] ones = new float[21];
    java.util.Arrays.fill(ones, 1);
    View view = scalar(Gating.RELU, weight, 0, ones); // positive throughout: linear
    assertEquals(21, view.norms().length);
    assertEquals(1, view.norms()[20]);
    assertEquals(known, view.firstOverLast(), 1e-4 * known);
    assertEquals(Math.pow(weight, 7), view.norms()[13], 1e-5 * view.norms()[13]);
  }

  @Test
  void aStateIsSaturatedBeyondItsBound() {
    assertEquals(List.of(new Gate("state", 0.5)), scalar(Gating.TANH, 0, 0, 5, 0.1f).gates());
    assertEquals(List.of(new Gate("state", 0.25)), scalar(Gating.RELU, 0, 0, 1, -1, 2, 3).gates());
  }

  @Test
  void everyGateIsCountedByItsOwnKind() {
    // 2 saturates tanh (0.964) but no sigmoid (0.881); 4 saturates both.
    List<Gate> two = scalar(Gating.LSTM, 0, 0, 2).gates();
    assertEquals(
        List.of(
            new Gate("input", 0),
            new Gate("forget", 0),
            new Gate("cell", 1),
            new Gate("output", 0)),
        two);
    assertTrue(scalar(Gating.LSTM, 0, 0, 4).gates().stream().allMatch(g -> g.saturated() == 1));
    assertEquals(
        List.of(new Gate("reset", 0.5), new Gate("update", 0.5), new Gate("new", 0.5)),
        scalar(Gating.GRU, 0, 0, 4, 0).gates());
    assertEquals(
        List.of(new Gate("reset", 0.5), new Gate("update", 0.5), new Gate("new", 0.5)),
        scalar(Gating.GRU_RESET_FIRST, 0, 0, 0, -4).gates());
  }

  @Test
  void everyLayerAndDirectionIsSeenAndToldOnALine() {
    try (ParameterSet parameters = parameters();
        Tape tape = new Tape()) {
      RnnConfig config =
          RnnConfig.of(Gating.GRU, 2, 3).withLayers(2).withBidirectional(true).withLayerNorm(true);
      Rnn rnn = new Rnn(Place.in(parameters), config, null);
      parameters.allocate(1);
      GradientMicroscope microscope = GradientMicroscope.on(rnn);
      Tensor x = Tensor.full(device, parameters.dtype(), Shape.of(5, 2, 2), 0.5);
      tape.backward(Ops.sum(rnn.forward(x, null, null).states()));
      List<String> lines = microscope.text(3).lines().toList();
      assertEquals(4, microscope.views().size());
      assertEquals(4, lines.size());
      assertTrue(lines.get(1).startsWith("layer 0 reverse:  t=0 "), lines.get(1));
      assertTrue(lines.get(2).contains("  t=2 ") && lines.get(2).contains("  t=4 "), lines.get(2));
      assertTrue(lines.get(3).contains("; update 0 % saturated"), lines.get(3));
      View last = microscope.views().get(3);
      assertTrue(last.reverse() && last.norms()[4] > last.norms()[0], "the way back is forward");
    }
  }
}
