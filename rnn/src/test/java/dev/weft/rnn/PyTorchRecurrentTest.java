package dev.weft.rnn;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.nn.Golden;
import dev.weft.nn.OnDevices;
import dev.weft.nn.Place;
import dev.weft.tensor.Gating;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.ops.Recurrent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Outputs, final states and every gradient of recurrent layers against PyTorch in float64: each
/// value within 1e-5 of itself plus 4e-6 of the largest beside it. The fixtures are written by
/// `tools/goldens/rnn_goldens.py`. Steps behind a row's end are left out: PyTorch gives zeros
/// there, and [Rnn] the state.
class PyTorchRecurrentTest extends OnDevices {
  private static final JsonNode CASES = Golden.read("/goldens/recurrent.json");

  static Stream<String> cases() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < CASES.size(); i++) {
      JsonNode node = CASES.get(i);
      names.add(
          i
              + " "
              + node.get("gating").asText()
              + " layers "
              + node.get("layers")
              + (node.get("bidirectional").asBoolean() ? " both ways, " : ", ")
              + node.get("lengths"));
    }
    return names.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void statesAndGradientsAreThoseOfPyTorch(String name) {
    JsonNode golden = CASES.get(Integer.parseInt(name.substring(0, name.indexOf(' '))));
    try (ParameterSet parameters = parameters();
        Tape tape = new Tape()) {
      Map<String, Tensor> inputs = new HashMap<>();
      golden
          .get("inputs")
          .properties()
          .forEach(e -> inputs.put(e.getKey(), tape.watch(tensor(e.getValue()))));
      Rnn rnn = new Rnn(Place.in(parameters), config(golden), null);
      parameters.allocate();
      golden
          .get("parameters")
          .properties()
          .forEach(e -> load(parameters.get(e.getKey()), e.getValue()));
      Tensor x = inputs.get("x");
      int[] lengths = new int[x.dim(1)];
      for (int b = 0; b < lengths.length; b++) {
        lengths[b] = golden.get("lengths").get(b).asInt();
      }
      Tensor mask = Mask.ofLengths(device, x.dim(0), lengths);
      Output output = rnn.forward(x, first(inputs), mask);
      Map<String, Tensor> outputs = outputs(output, mask);
      Tensor loss = null;
      for (var e : golden.get("outputs").properties()) {
        Tensor y = outputs.get(e.getKey());
        assertClose(e.getKey(), e.getValue(), y);
        Tensor term = Ops.sum(y.mul(tensor(golden.get("output_gradients").get(e.getKey()))));
        loss = loss == null ? term : loss.add(term);
      }
      tape.backward(loss);
      golden
          .get("gradients")
          .properties()
          .forEach(
              e -> assertClose("d" + e.getKey(), e.getValue(), tape.grad(inputs.get(e.getKey()))));
      golden
          .get("parameter_gradients")
          .properties()
          .forEach(
              e ->
                  assertClose(
                      "d" + e.getKey(), e.getValue(), parameters.get(e.getKey()).gradient()));
    }
  }

  private static RnnConfig config(JsonNode golden) {
    int input = golden.get("inputs").get("x").get("shape").get(2).asInt();
    int hidden = golden.get("parameters").get("weight_hh_l0").get("shape").get(1).asInt();
    return RnnConfig.of(Gating.valueOf(golden.get("gating").asText()), input, hidden)
        .withLayers(golden.get("layers").asInt())
        .withBidirectional(golden.get("bidirectional").asBoolean());
  }

  private static void load(Parameter parameter, JsonNode values) {
    parameter.tensor().set(GoldenCells.floats(values.get("values")));
  }

  private static States first(Map<String, Tensor> inputs) {
    Tensor h = inputs.get("h0"); // (parts, B, H)
    if (h == null) {
      return null;
    }
    Tensor c = inputs.get("c0");
    List<Recurrent.State> parts = new ArrayList<>();
    for (int part = 0; part < h.dim(0); part++) {
      parts.add(new Recurrent.State(part(h, part), c == null ? null : part(c, part)));
    }
    return new States(parts);
  }

  private static Tensor part(Tensor states, int part) {
    return states.slice(0, part, part + 1).reshape(states.dim(1), states.dim(2));
  }

  /// y with zeros behind the rows' ends, hn, and for LSTM cn.
  private static Map<String, Tensor> outputs(Output output, Tensor mask) {
    List<Tensor> h = new ArrayList<>();
    List<Tensor> c = new ArrayList<>();
    for (Recurrent.State part : output.last().parts()) {
      h.add(part.h());
      c.add(part.c());
    }
    Map<String, Tensor> outputs = new HashMap<>();
    Tensor zero = Tensor.zeros(mask.device(), h.getFirst().dtype(), Shape.SCALAR);
    outputs.put("y", Ops.where(Ops.unsqueeze(mask, 2), output.states(), zero));
    outputs.put("hn", Ops.stack(0, h.toArray(Tensor[]::new)));
    if (c.getFirst() != null) {
      outputs.put("cn", Ops.stack(0, c.toArray(Tensor[]::new)));
    }
    return outputs;
  }

  private Tensor tensor(JsonNode node) {
    return Golden.tensor(device, node);
  }

  private static void assertClose(String what, JsonNode expected, Tensor actual) {
    double[] wanted = Golden.numbers(expected.get("values"));
    Golden.assertClose(what, wanted, actual.toDoubles(), 1e-5, 4e-6);
  }
}
