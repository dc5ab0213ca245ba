package dev.weft.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Unary;
import dev.weft.tensor.ops.CrossEntropy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Forward and all gradients of the ops that layers are made of, against PyTorch in float64. The
/// fixtures are written by `tools/goldens/nn_goldens.py`.
class PyTorchGoldensTest extends OnDevices {
  private static final JsonNode CASES = Golden.read("/goldens/ops.json");

  static Stream<String> cases() {
    List<String> names = new ArrayList<>();
    CASES.forEach(node -> names.add(node.get("name").asText()));
    return names.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void forwardAndGradientsAreThoseOfPyTorch(String name) {
    JsonNode golden = golden(name);
    try (Tape tape = new Tape()) {
      Map<String, Tensor> inputs = new HashMap<>();
      golden.get("inputs").properties().forEach(e -> inputs.put(e.getKey(), tensor(e.getValue())));
      golden.get("gradients").properties().forEach(e -> tape.watch(inputs.get(e.getKey())));
      Tensor y = apply(name, golden.get("arguments"), inputs);
      assertClose(name + " y", golden.get("y"), y);
      tape.backward(Ops.sum(Ops.mul(y, tensor(golden.get("dy")))));
      golden
          .get("gradients")
          .properties()
          .forEach(
              e ->
                  assertClose(
                      name + " d" + e.getKey(), e.getValue(), tape.grad(inputs.get(e.getKey()))));
    }
  }

  private static JsonNode golden(String name) {
    for (JsonNode node : CASES) {
      if (node.get("name").asText().equals(name)) {
        return node;
      }
    }
    throw new IllegalArgumentException(name);
  }

  private static Tensor apply(String name, JsonNode arguments, Map<String, Tensor> in) {
    Tensor x = in.get("x");
    return switch (name) {
      case "linear", "linear_no_bias" ->
          Ops.linear(in.get("input"), in.get("weight").transpose(), in.get("bias"));
      case "embedding" -> Ops.embedding(in.get("weight"), in.get("ids"));
      case "layer_norm" -> Ops.layerNorm(x, in.get("w"), in.get("b"), 1e-5);
      case "rms_norm" -> Ops.rmsNorm(x, in.get("w"), 1e-6);
      case "batch_norm" -> Ops.batchNorm(x, in.get("w"), in.get("b"), null, 0.1, 1e-5);
      case "softmax" -> Ops.softmax(x);
      case "log_softmax" -> Ops.logSoftmax(x);
      case "gelu_tanh" -> Ops.gelu(x);
      case "gelu_erf" -> Ops.unary(Unary.GELU_ERF, x);
      case "silu" -> Ops.unary(Unary.SILU, x);
      case "relu" -> Ops.relu(x);
      case "sigmoid" -> Ops.sigmoid(x);
      case "tanh" -> x.tanh();
      case "cross_entropy",
          "cross_entropy_weights",
          "cross_entropy_smoothing",
          "cross_entropy_weights_smoothing" ->
          Ops.crossEntropy(
              x,
              in.get("targets"),
              new CrossEntropy.Options(
                  -100, in.get("constant_weights"), arguments.get("smoothing").asDouble()));
      case "nll" -> Ops.nll(Ops.logSoftmax(x), in.get("targets"));
      case "binary_cross_entropy" -> Ops.binaryCrossEntropy(x, in.get("constant_targets"));
      case "mean_squared_error" -> Losses.meanSquaredError(in.get("input"), in.get("target"));
      case "attention", "attention_lengths", "attention_past" -> {
        double scale = 1 / Math.sqrt(in.get("q").dim(-1));
        yield Ops.attention(in.get("q"), in.get("k"), in.get("v"), in.get("lengths"), scale);
      }
      default -> throw new IllegalArgumentException("no op for the golden " + name);
    };
  }

  private Tensor tensor(JsonNode node) {
    return Golden.tensor(device, node);
  }

  private static void assertClose(String what, JsonNode expected, Tensor actual) {
    assertEquals(expected.get("shape").size(), actual.shape().rank(), what);
    double[] wanted = Golden.numbers(expected.get("values"));
    Golden.assertClose(what, wanted, actual.toDoubles(), 1e-5, 4e-6);
  }
}
