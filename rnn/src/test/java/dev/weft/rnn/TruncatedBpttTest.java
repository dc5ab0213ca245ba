package dev.weft.rnn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.nn.Golden;
import dev.weft.nn.Noise;
import dev.weft.nn.OnDevices;
import dev.weft.nn.Place;
import dev.weft.nn.io.Checkpoints;
import dev.weft.nn.optim.Adam;
import dev.weft.nn.optim.NotFiniteException;
import dev.weft.nn.optim.Schedule;
import dev.weft.nn.optim.Sgd;
import dev.weft.nn.train.Objective;
import dev.weft.nn.train.Trainer;
import dev.weft.tensor.Gating;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Unary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Backpropagation through time, whole and truncated.
class TruncatedBpttTest extends OnDevices {
  private static final JsonNode CASES = Golden.read("/goldens/tbptt.json");

  @TempDir Path folder;

  @Test
  @DisplayName("S0-35: backpropagation through time gives the known loss and gradients")
  void wholeBackpropagationGivesTheKnownGradients() {
    JsonNode golden = Golden.get("bptt_scalar");
    try (ParameterSet parameters = parameters();
        Tape tape = new Tape()) {
      RnnConfig config = RnnConfig.of(Gating.TANH, 1, 1).withBiases(RnnConfig.Biases.ONE);
      Rnn rnn = new Rnn(Place.in(parameters), config, null);
      parameters.allocate();
      parameters.get("weight_hh_l0").tensor().set((float) golden.get("w").asDouble());
      parameters.get("weight_ih_l0").tensor().set((float) golden.get("u").asDouble());
      float[] xs = GoldenCells.floats(golden.get("xs"));
      Output output = rnn.forward(Tensor.of(device, Shape.of(xs.length, 1, 1), xs), null, null);
      Tensor wanted = Tensor.of(device, Shape.of(1, 1), (float) golden.get("y").asDouble());
      Tensor miss = output.last().parts().getFirst().h().sub(wanted);
      Tensor loss = Ops.sum(miss.mul(miss)).mul(0.5);
      tape.backward(loss);
      assertEquals(golden.get("loss").asDouble(), loss.item(), 1e-7);
      assertEquals(
          golden.get("dw").asDouble(), parameters.get("weight_hh_l0").gradient().item(), 1e-7);
      assertEquals(
          golden.get("du").asDouble(), parameters.get("weight_ih_l0").gradient().item(), 1e-7);
    }
  }

  static Stream<Integer> goldens() {
    return IntStream.range(0, CASES.size()).boxed();
  }

  private static RnnLanguageModel model(ParameterSet parameters, JsonNode golden) {
    JsonNode values = golden.get("parameters");
    JsonNode embedding = values.get("embedding.weight").get("shape");
    int hidden = values.get("rnn.weight_hh_l0").get("shape").get(1).asInt();
    RnnConfig rnn =
        RnnConfig.of(
                Gating.valueOf(golden.get("gating").asText()), embedding.get(1).asInt(), hidden)
            .withLayers(golden.get("layers").asInt());
    LanguageModelConfig config = LanguageModelConfig.of(embedding.get(0).asInt(), rnn);
    RnnLanguageModel model = new RnnLanguageModel(Place.in(parameters), config, null);
    parameters.allocate();
    assertEquals(parameters.all().size(), values.size());
    for (Parameter parameter : parameters.all()) {
      parameter.tensor().set(GoldenCells.floats(values.get(parameter.name()).get("values")));
    }
    return model;
  }

  private static void assertClose(JsonNode wanted, Parameter parameter, Tensor got) {
    double[] values = Golden.numbers(wanted.get(parameter.name()).get("values"));
    Golden.assertClose(parameter.name(), values, got.toDoubles(), 2e-5, 4e-6);
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void lossesGradientsAndUpdatesAreThoseOfPyTorch(int number) throws Exception {
    JsonNode golden = CASES.get(number);
    int[] ids =
        Arrays.stream(Golden.numbers(golden.get("stream"))).mapToInt(x -> (int) x).toArray();
    try (ParameterSet parameters = parameters()) {
      RnnLanguageModel model = model(parameters, golden);
      TokenStream stream = new TokenStream(ids, golden.get("rows").asInt());
      int k1 = golden.get("k1").asInt();
      try (TruncatedBptt objective =
          new TruncatedBptt(model, stream, k1, golden.get("k2").asInt())) {
        JsonNode windows = golden.get("windows");
        new Trainer(
                model,
                new Sgd(parameters),
                Schedule.constant(golden.get("rate").asDouble()),
                objective)
            .listen(
                report -> {
                  JsonNode window = windows.get((int) report.step() - 1);
                  assertEquals(window.get("loss").asDouble(), report.loss(), 1e-5);
                  for (Parameter parameter : parameters.all()) {
                    assertClose(window.get("gradients"), parameter, parameter.gradient());
                  }
                })
            .train(windows.size());
        for (Parameter parameter : parameters.all()) {
          assertClose(golden.get("trained"), parameter, parameter.tensor());
        }
      }
    }
  }

  // ---- without goldens ------------------------------------------------------------------------

  private static int[] ids(int count) {
    Philox random = new Philox(8, Philox.Purpose.SHUFFLE, 0, 0);
    return IntStream.range(0, count)
        .map(_ -> random.nextInt(SmallLanguageModel.VOCABULARY))
        .toArray();
  }

  private RnnLanguageModel model(ParameterSet parameters, LanguageModelConfig config) {
    RnnLanguageModel model = new RnnLanguageModel(Place.in(parameters), config, new Noise(2));
    parameters.allocate(4);
    return model;
  }

  @Test
  void aBudgetBelowTheStepIsRefusedWithBothNumbers() {
    try (ParameterSet parameters = parameters()) {
      RnnLanguageModel model = model(parameters, SmallLanguageModel.config(Gating.TANH));
      TokenStream stream = new TokenStream(ids(50), 2);
      var error =
          assertThrows(
              IllegalArgumentException.class, () -> new TruncatedBptt(model, stream, 6, 5));
      assertTrue(error.getMessage().contains("k1 is 6 and k2 is 5"), error.getMessage());
    }
  }

  @Test
  void aWindowOverTheWholeStreamIsWholeBackpropagation() {
    try (ParameterSet parameters = parameters()) {
      RnnLanguageModel model = model(parameters, SmallLanguageModel.config(Gating.LSTM));
      TokenStream stream = new TokenStream(ids(31), 3);
      float[] truncated;
      try (TruncatedBptt objective = new TruncatedBptt(model, stream, 10, 10);
          Tape tape = new Tape()) {
        assertEquals(1, objective.windows());
        Objective.Batch batch = objective.loss(0);
        assertEquals(30, batch.tokens());
        tape.backward(batch.loss());
        truncated = parameters.gradients().toFloats();
      }
      parameters.zeroGrad();
      try (Tape tape = new Tape()) {
        Tensor logits = model.forward(stream.inputs(device, 0, 10), null, null).logits();
        tape.backward(Ops.crossEntropy(logits, stream.targets(device, 0, 10)));
        assertArrayEquals(parameters.gradients().toFloats(), truncated);
      }
    }
  }

  @Test
  void theStateIsCarriedFromWindowToWindow() {
    try (ParameterSet parameters = parameters()) {
      RnnLanguageModel model = model(parameters, SmallLanguageModel.config(Gating.GRU));
      TokenStream stream = new TokenStream(ids(47), 2); // 23 steps: the last window is shorter
      for (int k2 : new int[] {4, 6, 9, 40}) {
        try (TruncatedBptt objective = new TruncatedBptt(model, stream, 4, k2);
            Scope _ = Scope.noGrad()) {
          double sum = 0;
          for (int window = 0; window < objective.windows(); window++) {
            Objective.Batch batch = objective.loss(window);
            sum += batch.loss().item() * batch.tokens();
          }
          // Nothing was trained in between, so that the windows make up the whole stream.
          assertEquals(Score.of(model, stream, 23).loss(), sum, 1e-4, "k2 " + k2);
        }
      }
    }
  }

  @Test
  void windowsComeOneAfterAnother() {
    try (ParameterSet parameters = parameters()) {
      RnnLanguageModel model = model(parameters, SmallLanguageModel.config(Gating.GRU));
      try (TruncatedBptt objective = new TruncatedBptt(model, new TokenStream(ids(41), 2), 5, 5);
          Scope _ = Scope.noGrad()) {
        double first = objective.loss(0).loss().item();
        objective.loss(1);
        var error = assertThrows(IllegalStateException.class, () -> objective.loss(3));
        assertTrue(error.getMessage().contains("the next one is 2"), error.getMessage());
        assertEquals(first, objective.loss(4).loss().item()); // the stream begins again
      }
    }
  }

  @Test
  void memoryStaysWhatItIsAfterTheFirstWindows() throws IOException {
    try (ParameterSet parameters = parameters()) {
      RnnLanguageModel model = model(parameters, SmallLanguageModel.config(Gating.LSTM));
      List<Long> live = new ArrayList<>();
      List<Long> peak = new ArrayList<>();
      List<Long> reserved = new ArrayList<>();
      try (TruncatedBptt objective = new TruncatedBptt(model, new TokenStream(ids(81), 2), 4, 10)) {
        new Trainer(model, new Adam(parameters), Schedule.constant(0.01), objective)
            .clip(1)
            .listen(
                _ -> {
                  live.add(device.stats().liveBytes());
                  peak.add(device.stats().peakBytes());
                  reserved.add(device.stats().reservedBytes());
                })
            .train(35); // three passes over the stream and more
      }
      assertEquals(1, live.subList(2, 35).stream().distinct().count(), live.toString());
      assertEquals(peak.get(9), peak.getLast()); // the most of one pass
      assertEquals(reserved.get(9), reserved.getLast());
    }
  }

  private List<Double> train(int from, int to, Checkpoints checkpoints, boolean asItself)
      throws IOException {
    LanguageModelConfig config = SmallLanguageModel.config(Gating.LSTM).withDropout(0.2);
    List<Double> losses = new ArrayList<>();
    try (ParameterSet parameters = parameters()) {
      Noise noise = new Noise(2);
      RnnLanguageModel model = new RnnLanguageModel(Place.in(parameters), config, noise);
      parameters.allocate(from + 4);
      try (TruncatedBptt objective = new TruncatedBptt(model, new TokenStream(ids(61), 2), 3, 7)) {
        Trainer trainer =
            new Trainer(
                    model,
                    new Adam(parameters),
                    Schedule.constant(0.02),
                    asItself ? objective : number -> objective.loss(number))
                .noise(noise)
                .clip(1)
                .checkpoints(checkpoints, 100)
                .listen(report -> losses.add(report.loss()));
        assertEquals(from, trainer.resume());
        trainer.train(to);
      }
    }
    return losses;
  }

  @Test
  void aResumedRunGoesOnWithTheStateItHad() throws IOException {
    List<Double> unbroken = train(0, 16, new Checkpoints(folder.resolve("a"), 1), true);
    Checkpoints broken = new Checkpoints(folder.resolve("b"), 1);
    assertEquals(unbroken.subList(0, 5), train(0, 5, broken, true));
    assertEquals(unbroken.subList(5, 16), train(5, 16, broken, true));
  }

  @Test
  void aWindowThatFailedIsNotTriedAgainFromTheWrongState() {
    try (ParameterSet parameters = parameters()) {
      RnnLanguageModel model = model(parameters, SmallLanguageModel.config(Gating.GRU));
      try (TruncatedBptt objective = new TruncatedBptt(model, new TokenStream(ids(41), 2), 5, 8)) {
        try (Scope _ = Scope.noGrad()) {
          objective.loss(0);
        }
        assertThrows(IllegalStateException.class, () -> objective.loss(1)); // no scope is open
        try (Scope _ = Scope.noGrad()) {
          var error = assertThrows(IllegalStateException.class, () -> objective.loss(1));
          assertTrue(error.getMessage().contains("the window before failed"), error.getMessage());
          objective.loss(0);
          objective.loss(1);
        }
      }
    }
  }

  @Test
  void aResumedRunThatHasLostTheStateIsRefused() throws IOException {
    Checkpoints checkpoints = new Checkpoints(folder.resolve("c"), 1);
    train(0, 5, checkpoints, false);
    var error = assertThrows(IllegalStateException.class, () -> train(5, 16, checkpoints, false));
    assertTrue(error.getMessage().contains("window 5 goes on from"), error.getMessage());
  }

  @Test
  void clippingReportsTheNormBeforeIt() throws IOException {
    List<Double> norms = new ArrayList<>();
    for (boolean clipped : new boolean[] {false, true}) {
      try (ParameterSet parameters = parameters()) {
        RnnLanguageModel model = model(parameters, SmallLanguageModel.config(Gating.GRU));
        try (TruncatedBptt objective =
            new TruncatedBptt(model, new TokenStream(ids(61), 2), 5, 5)) {
          Trainer trainer =
              new Trainer(model, new Sgd(parameters), Schedule.constant(0.1), objective)
                  .listen(report -> norms.add(report.gradientNorm()));
          if (clipped) {
            trainer.clipValues(1e-3).clip(1e-3);
          }
          trainer.train(1);
          double largest = 0;
          double squares = 0;
          for (double g : parameters.gradients().toDoubles()) {
            largest = Math.max(largest, Math.abs(g));
            squares += g * g;
          }
          assertEquals(clipped, largest <= 1e-3);
          assertEquals(clipped, Math.sqrt(squares) <= 1.001e-3);
        }
      }
    }
    assertEquals(norms.get(0), norms.get(1));
    assertFalse(norms.get(0) < 0.01);
  }

  @Test
  @DisplayName("S0-41: training stops at a gradient that is not finite and names its parameter")
  void aGradientThatIsNotFiniteStopsTheRun() {
    try (ParameterSet parameters = parameters()) {
      RnnLanguageModel model = model(parameters, SmallLanguageModel.config(Gating.RELU));
      Objective objective =
          _ -> {
            Tensor ids = Tensor.ids(device, Shape.of(1, 1), 1);
            Tensor logits = model.forward(ids, null, null).logits();
            // √x at 0: finite, but its slope is not.
            Tensor zero = logits.sub(logits.detach());
            return new Objective.Batch(Ops.sum(Ops.unary(Unary.SQRT, zero)), 1);
          };
      Trainer trainer = new Trainer(model, new Sgd(parameters), Schedule.constant(0.1), objective);
      var error = assertThrows(NotFiniteException.class, () -> trainer.train(1));
      assertTrue(
          parameters.all().stream().anyMatch(p -> error.getMessage().contains(p.name())),
          error.getMessage());
    }
  }
}
