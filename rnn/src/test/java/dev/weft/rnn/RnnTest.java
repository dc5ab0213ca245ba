package dev.weft.rnn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.nn.Golden;
import dev.weft.nn.Noise;
import dev.weft.nn.OnDevices;
import dev.weft.nn.Place;
import dev.weft.tensor.DType;
import dev.weft.tensor.Gating;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Owner;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.ops.Recurrent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Stacks of recurrent layers: their numbers, layouts and states.
class RnnTest extends OnDevices {
  private static final float TOLERANCE = 1e-6f;

  private Tensor random(long seed, int... dims) {
    var random = new Philox(seed, Philox.Purpose.INITIALISATION, 0, 0);
    Shape shape = Shape.of(dims);
    float[] values = new float[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextNormal();
    }
    return Tensor.of(device, shape, values);
  }

  /// What is done with a network whose parameters were drawn.
  private interface Use {
    void of(Rnn rnn, ParameterSet parameters);
  }

  private void with(RnnConfig config, Use use) {
    try (ParameterSet parameters = parameters();
        Scope _ = Scope.noGrad()) {
      Rnn rnn = new Rnn(Place.in(parameters), config, new Noise(1));
      parameters.allocate(7);
      use.of(rnn, parameters);
    }
  }

  private static List<RnnConfig> cells() {
    List<RnnConfig> configs = new ArrayList<>();
    for (Gating gating : Gating.values()) {
      configs.add(RnnConfig.of(gating, 3, 5).withLayers(2));
      configs.add(RnnConfig.of(gating, 3, 5).withLayers(2).withLayerNorm(true));
    }
    return configs;
  }

  @Test
  @DisplayName("S0-17: tanh, LSTM and GRU cells give their known states")
  void cellsGiveTheirKnownStates() {
    try (GoldenCells tanh = GoldenCells.of(device, Gating.TANH);
        GoldenCells lstm = GoldenCells.of(device, Gating.LSTM);
        GoldenCells gru = GoldenCells.of(device, Gating.GRU);
        Scope _ = Scope.noGrad()) {
      assertGolden("rnn_h0_zero", tanh.rnn.forward(tanh.x(), null, null).states());
      assertGolden("gru_rzn_h", gru.rnn.forward(gru.x(), null, null).states());
      Cell cell = lstm.rnn.cell();
      States states = cell.zeroState(1);
      for (int t = 0; t < 3; t++) {
        states = cell.step(lstm.x().slice(0, t, t + 1).reshape(1, 2), states).states();
        var golden = Golden.get("lstm_ifgo_h_c");
        Recurrent.State state = states.parts().getFirst();
        assertArrayEquals(
            GoldenCells.floats(golden.get(t).get(0)), state.h().toFloats(), TOLERANCE);
        assertArrayEquals(
            GoldenCells.floats(golden.get(t).get(1)), state.c().toFloats(), TOLERANCE);
      }
    }
  }

  private static void assertGolden(String key, Tensor actual) {
    assertArrayEquals(GoldenCells.floats(Golden.get(key)), actual.toFloats(), TOLERANCE);
  }

  @Test
  @DisplayName("S4-01: a network may begin from ones, given or configured")
  void onesAsFirstStateGiveTheirKnownStates() {
    try (GoldenCells golden = GoldenCells.of(device, Gating.TANH);
        Scope _ = Scope.noGrad()) {
      Tensor ones = Tensor.full(device, DType.F32, Shape.of(1, 2), 1);
      States given = new States(List.of(new Recurrent.State(ones, null)));
      assertGolden("rnn_h0_ones", golden.rnn.forward(golden.x(), given, null).states());
    }
    RnnConfig config = RnnConfig.of(Gating.LSTM, 3, 5).withFirst(RnnConfig.FirstState.ONES);
    with(
        config,
        (rnn, _) -> {
          Tensor x = random(1, 4, 2, 3);
          Tensor ones = Tensor.full(device, DType.F32, Shape.of(2, 5), 1);
          States given = new States(List.of(new Recurrent.State(ones, ones)));
          assertArrayEquals(
              rnn.forward(x, given, null).states().toFloats(),
              rnn.forward(x, null, null).states().toFloats());
          assertArrayEquals(
              ones.toFloats(), rnn.cell().firstState(2).parts().getFirst().h().toFloats());
        });
  }

  @Test
  @DisplayName("S4-02: single steps give the bits of the run over the sequence")
  void stepsGiveTheBitsOfTheSequence() {
    for (RnnConfig config : cells()) {
      with(
          config,
          (rnn, _) -> {
            Tensor x = random(2, 7, 3, 3);
            Output whole = rnn.forward(x, null, null);
            assertSteps(config + "", whole, rnn.cell(), x);
          });
    }
  }

  private static void assertSteps(String what, Output whole, Cell cell, Tensor x) {
    States states = cell.zeroState(x.dim(1));
    for (int t = 0; t < x.dim(0); t++) {
      Cell.Step step = cell.step(x.slice(0, t, t + 1).reshape(x.dim(1), -1), states);
      float[] wanted = whole.states().slice(0, t, t + 1).toFloats();
      assertArrayEquals(wanted, step.hidden().toFloats(), what + " step " + t);
      states = step.states();
    }
    for (int part = 0; part < states.parts().size(); part++) {
      Recurrent.State one = whole.last().parts().get(part);
      Recurrent.State other = states.parts().get(part);
      assertArrayEquals(one.h().toFloats(), other.h().toFloats(), what);
      if (one.c() != null) {
        assertArrayEquals(one.c().toFloats(), other.c().toFloats(), what);
      }
    }
  }

  @Test
  @DisplayName("S0-05: one to three layers equal a loop over single ones")
  void stackedLayersEqualALoopOverSingleOnes() {
    for (int layers = 1; layers <= 3; layers++) {
      int count = layers;
      RnnConfig config =
          RnnConfig.of(Gating.GRU, 4, 3)
              .withLayers(layers)
              .withBidirectional(true)
              .withDropout(0.5);
      with(
          config,
          (rnn, parameters) -> {
            rnn.eval();
            Tensor x = random(3, 5, 2, 4);
            Tensor in = x;
            for (int layer = 0; layer < count; layer++) {
              in =
                  Ops.concat(
                      2,
                      oneWay(parameters, layer, in, ""),
                      oneWay(parameters, layer, in, "_reverse"));
            }
            assertArrayEquals(in.toFloats(), rnn.forward(x, null, null).states().toFloats());
          });
    }
  }

  /// Layer `layer` in one direction: backward by turning the steps around by hand.
  private Tensor oneWay(ParameterSet from, int layer, Tensor x, String end) {
    try (ParameterSet single = parameters()) {
      Rnn rnn = new Rnn(Place.in(single), RnnConfig.of(Gating.GRU, x.dim(2), 3), null);
      single.allocate();
      for (String name : List.of("weight_ih_l", "weight_hh_l", "bias_ih_l", "bias_hh_l")) {
        Tensor values = from.get(name + layer + end).tensor();
        single.get(name + 0).tensor().set(values.toFloats());
      }
      boolean reverse = !end.isEmpty();
      Tensor states = rnn.forward(reverse ? turned(x) : x, null, null).states();
      return reverse ? turned(states) : Ops.scale(states, 1);
    }
  }

  private static Tensor turned(Tensor x) {
    Tensor[] steps = new Tensor[x.dim(0)];
    for (int t = 0; t < steps.length; t++) {
      steps[steps.length - 1 - t] = x.slice(0, t, t + 1);
    }
    return Ops.concat(0, steps);
  }

  @Test
  @DisplayName("S0-06: time-major and batch-first runs give transposed equal results")
  void batchFirstGivesTheTransposedResult() {
    with(
        RnnConfig.of(Gating.LSTM, 3, 4).withBidirectional(true),
        (rnn, _) -> {
          Tensor x = random(4, 6, 2, 3);
          Tensor mask = Mask.ofLengths(device, 6, 6, 3);
          Output timeMajor = rnn.forward(x, null, mask);
          Tensor batchFirst = Ops.contiguous(Ops.transpose(x, 0, 1));
          Output other = rnn.forwardBatchFirst(batchFirst, null, mask);
          assertEquals(Shape.of(2, 6, 8), other.states().shape());
          Tensor back = Ops.transpose(other.states(), 0, 1);
          assertArrayEquals(timeMajor.states().toFloats(), back.toFloats());
        });
  }

  @Test
  @DisplayName("S0-36: a ReLU layer begins orthogonal or as the identity")
  void recurrentWeightsBeginAsTold() {
    RnnConfig relu = RnnConfig.of(Gating.RELU, 3, 4);
    with(
        relu.withStart(RnnConfig.RecurrentStart.IDENTITY),
        (rnn, parameters) -> {
          float[] weight = parameters.get("weight_hh_l0").tensor().toFloats();
          for (int i = 0; i < 16; i++) {
            assertEquals(i % 5 == 0 ? 1 : 0, weight[i]);
          }
          float[] states = rnn.forward(random(1, 3, 2, 3), null, null).states().toFloats();
          for (float state : states) {
            assertTrue(state >= 0);
          }
        });
    with(
        RnnConfig.of(Gating.LSTM, 3, 4).withStart(RnnConfig.RecurrentStart.ORTHOGONAL),
        (_, parameters) -> {
          Tensor weight = parameters.get("weight_hh_l0").tensor();
          for (int block = 0; block < 4; block++) {
            Tensor one = weight.slice(0, 4 * block, 4 * block + 4);
            float[] product = one.matmul(one.transpose()).toFloats();
            for (int i = 0; i < 16; i++) {
              assertEquals(i % 5 == 0 ? 1 : 0, product[i], 1e-6);
            }
          }
        });
  }

  @Test
  void theForgetBiasRaisesTheForgetGatesOnly() {
    RnnConfig config = RnnConfig.of(Gating.LSTM, 3, 4);
    List<float[]> biases = new ArrayList<>();
    for (double forget : new double[] {0, 1}) {
      with(
          config.withForgetBias(forget),
          (_, parameters) -> biases.add(parameters.get("bias_ih_l0").tensor().toFloats()));
    }
    for (int i = 0; i < 16; i++) {
      float wanted = biases.get(0)[i] + (i / 4 == 1 ? 1 : 0);
      assertEquals(wanted, biases.get(1)[i]);
    }
  }

  @Test
  void packedStepsEqualDenseOnesWhenThePackKeepsEveryBit() {
    for (RnnConfig config : cells()) {
      with(
          config,
          (rnn, _) -> {
            Tensor x = random(5, 4, 3, 3);
            try (Owner session = new Owner("session")) {
              assertSteps(config + "", rnn.forward(x, null, null), rnn.pack(DType.F32, session), x);
              Cell rounded = rnn.pack(DType.BF16, session);
              float[] exact = rnn.forward(x, null, null).states().toFloats();
              float[] close = rounded.forward(x, null, null).states().toFloats();
              assertArrayEquals(exact, close, 0.05f);
            }
          });
    }
  }

  @Test
  void statesOutliveTheirScopeAndCanBeReordered() {
    try (ParameterSet parameters = parameters();
        Owner owner = new Owner("session")) {
      Rnn rnn = new Rnn(Place.in(parameters), RnnConfig.of(Gating.LSTM, 3, 4), null);
      parameters.allocate(3);
      States kept;
      float[] before;
      try (Scope _ = Scope.noGrad()) {
        States last = rnn.forward(random(1, 3, 2, 3), null, null).last();
        before = last.parts().getFirst().c().toFloats();
        kept = last.take(owner);
      }
      try (Scope _ = Scope.noGrad()) {
        assertArrayEquals(before, kept.parts().getFirst().c().toFloats());
        float[] turned = kept.select(1, 0, 1).parts().getFirst().c().toFloats();
        for (int j = 0; j < 4; j++) {
          assertEquals(before[4 + j], turned[j]);
          assertEquals(before[j], turned[4 + j]);
          assertEquals(before[4 + j], turned[8 + j]);
        }
        kept.select(1, 0).copyTo(kept);
        assertEquals(before[4], kept.parts().getFirst().c().toFloats()[0]);
      }
    }
  }

  @Test
  void learnedFirstStatesGetTheGradientOfEveryRow() {
    for (RnnConfig shape : cells()) {
      RnnConfig config = shape.withFirst(RnnConfig.FirstState.LEARNED);
      try (ParameterSet parameters = parameters();
          Tape tape = new Tape()) {
        Rnn rnn = new Rnn(Place.in(parameters), config, null);
        parameters.allocate(3);
        tape.backward(Ops.sum(rnn.forward(random(1, 3, 2, 3), null, null).states()));
        for (int layer = 0; layer < config.layers(); layer++) {
          for (float value : parameters.get("h0_l" + layer).gradient().toFloats()) {
            assertTrue(value != 0, config + "");
          }
        }
      }
    }
  }

  @Test
  @DisplayName("S0-19: dropout lies between layers, not after the last")
  void dropoutLiesBetweenLayersOnly() {
    with(
        RnnConfig.of(Gating.TANH, 3, 4).withDropout(0.5),
        (rnn, _) -> {
          Tensor x = random(1, 3, 2, 3);
          float[] training = rnn.forward(x, null, null).states().toFloats();
          rnn.eval();
          assertArrayEquals(rnn.forward(x, null, null).states().toFloats(), training);
        });
    with(
        RnnConfig.of(Gating.TANH, 3, 4).withDropout(0.5).withLayers(2),
        (rnn, _) -> {
          Tensor x = random(1, 3, 2, 3);
          float[] training = rnn.forward(x, null, null).states().toFloats();
          rnn.eval();
          float[] evaluation = rnn.forward(x, null, null).states().toFloats();
          assertTrue(java.util.Arrays.mismatch(evaluation, training) >= 0);
        });
  }

  @Test
  void theProbeSeesEveryLayerAndTheWholeGradientOfItsStates() {
    for (RnnConfig config : cells()) {
      List<String> seen = new ArrayList<>();
      try (ParameterSet parameters = parameters();
          Tape tape = new Tape()) {
        Rnn rnn = new Rnn(Place.in(parameters), config, null);
        parameters.allocate(3);
        rnn.probe((layer, reverse) -> new Looks(config, layer, seen));
        tape.backward(Ops.sum(rnn.forward(random(1, 3, 2, 3), null, null).states()));
      }
      assertEquals(
          List.of("forward 0", "forward 1", "backward 1", "backward 0"), seen, config + "");
    }
  }

  /// Notes what it is shown.
  private record Looks(RnnConfig config, int layer, List<String> seen) implements Recurrent.Probe {
    @Override
    public void forward(Gating gating, Tensor gates, Tensor states) {
      assertEquals(Shape.of(3, 2, gating.blocks() * config.hidden()), gates.shape());
      assertEquals(Shape.of(3, 2, config.hidden()), states.shape());
      seen.add("forward " + layer);
    }

    @Override
    public void backward(Tensor dh) {
      assertEquals(Shape.of(3, 2, config.hidden()), dh.shape());
      float[] gradient = dh.toFloats();
      if (layer == 1) { // nothing comes after the last step but the sum
        for (int i = 2 * 2 * config.hidden(); i < gradient.length; i++) {
          assertEquals(1, gradient[i]);
        }
      }
      assertTrue(gradient[0] != 0 && gradient[0] != 1);
      seen.add("backward " + layer);
    }
  }

  @Test
  void aBidirectionalNetworkHasNoSingleStep() {
    with(
        RnnConfig.of(Gating.TANH, 3, 4).withBidirectional(true),
        (rnn, _) -> {
          var error = assertThrows(IllegalArgumentException.class, rnn::cell);
          assertTrue(error.getMessage().contains("bidirectional"), error.getMessage());
        });
  }

  @Test
  void aFirstStateOfAnotherShapeIsRefusedByEveryCell() {
    for (RnnConfig config : cells()) {
      boolean cellular = config.gating().cells();
      with(
          config,
          (rnn, _) -> {
            Tensor x = random(1, 2, 3, 3);
            Tensor good = random(2, 3, 5);
            Tensor one = random(3, 1, 5); // single ops would broadcast it
            for (Recurrent.State bad :
                List.of(
                    new Recurrent.State(one, cellular ? good : null),
                    new Recurrent.State(good, cellular ? one : good))) {
              States first = new States(Collections.nCopies(config.layers(), bad));
              var error =
                  assertThrows(
                      IllegalArgumentException.class,
                      () -> rnn.forward(x, first, null),
                      config + "");
              assertTrue(error.getMessage().startsWith("recurrent: "), error.getMessage());
            }
          });
    }
  }

  @Test
  void wrongSizesAreNamed() {
    with(
        RnnConfig.of(Gating.TANH, 3, 4),
        (rnn, _) -> {
          Tensor wide = random(1, 2, 2, 4);
          var error =
              assertThrows(IllegalArgumentException.class, () -> rnn.forward(wide, null, null));
          assertEquals("rnn: x is (2, 2, 4) but should be (steps, rows, 3)", error.getMessage());
        });
    assertThrows(
        IllegalArgumentException.class, () -> RnnConfig.of(Gating.GRU, 3, 4).withForgetBias(1));
    assertThrows(
        IllegalArgumentException.class, () -> RnnConfig.of(Gating.GRU, 3, 4).withDropout(1));
  }

  @Test
  void sizesThatOverflowAreRefusedWithTheirValues() {
    for (int hidden : new int[] {1_000_000_000, 1 << 30}) {
      var error =
          assertThrows(IllegalArgumentException.class, () -> RnnConfig.of(Gating.LSTM, 3, hidden));
      assertEquals(
          "rnn: input 3, hidden "
              + hidden
              + " and layers 1 make a dimension of more than 2147483647",
          error.getMessage());
    }
  }
}
