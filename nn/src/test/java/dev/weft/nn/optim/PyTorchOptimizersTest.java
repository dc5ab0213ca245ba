package dev.weft.nn.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.nn.Golden;
import dev.weft.nn.OnDevices;
import dev.weft.tensor.Initializer;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Optimizers' trajectories, clips and schedules against PyTorch; see
/// `tools/goldens/nn_goldens.py`.
class PyTorchOptimizersTest extends OnDevices {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "sgd",
        "sgd_decay",
        "sgd_momentum",
        "sgd_nesterov_decay",
        "adam",
        "adam_decay",
        "adamw",
        "rmsprop",
        "adagrad"
      })
  void tenStepsAreThoseOfPyTorch(String name) {
    JsonNode golden = Golden.read("/goldens/optimizers.json");
    try (ParameterSet set = parameters()) {
      Parameter matrix = set.add("matrix", Shape.of(3, 4), Initializer.ZEROS);
      Parameter bias = set.add("bias", Shape.of(4), Initializer.ZEROS);
      set.allocate();
      set(matrix.tensor(), golden.get("matrix"));
      set(bias.tensor(), golden.get("bias"));
      Optimizer optimizer = optimizer(name, set);
      double rate = rate(name);
      for (int step = 0; step < 10; step++) {
        set.zeroGrad();
        JsonNode gradients = golden.get("gradients").get(step);
        set(matrix.gradient(), gradients.get("matrix"));
        set(bias.gradient(), gradients.get("bias"));
        optimizer.step(rate);
        JsonNode after = golden.get("trajectories").get(name).get(step);
        assertClose(name + " step " + step, after.get("matrix"), matrix.tensor());
        assertClose(name + " step " + step, after.get("bias"), bias.tensor());
      }
    }
  }

  private static Optimizer optimizer(String name, ParameterSet set) {
    return switch (name) {
      case "sgd" -> new Sgd(set);
      case "sgd_decay" -> new Sgd(set, 0, false, 0.05);
      case "sgd_momentum" -> new Sgd(set, 0.9, false, 0);
      case "sgd_nesterov_decay" -> new Sgd(set, 0.9, true, 0.05);
      case "adam" -> new Adam(set);
      case "adam_decay" -> new Adam(set, 0.8, 0.95, 1e-6, 0.1);
      case "adamw" -> new AdamW(set, 0.9, 0.999, 1e-8, 0.1);
      case "rmsprop" -> new RmsProp(set, 0.9, 1e-8);
      case "adagrad" -> new Adagrad(set);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static double rate(String name) {
    return switch (name) {
      case "adam", "adam_decay", "adamw" -> 0.05;
      case "rmsprop" -> 0.02;
      case "adagrad" -> 0.2;
      default -> 0.1;
    };
  }

  @Test
  void clippedGradientsAreThoseOfPyTorch() {
    for (JsonNode golden : Golden.read("/goldens/clips.json")) {
      try (ParameterSet set = parameters()) {
        Parameter matrix = set.add("matrix", Shape.of(3, 4), Initializer.ZEROS);
        Parameter bias = set.add("bias", Shape.of(4), Initializer.ZEROS);
        set.allocate();
        set(matrix.gradient(), golden.get("matrix"));
        set(bias.gradient(), golden.get("bias"));
        double norm = Clip.globalNorm(set, golden.get("limit").asDouble());
        assertEquals(golden.get("norm").asDouble(), norm, 1e-6 * norm);
        assertClose("clipped", golden.get("clipped_matrix"), matrix.gradient());
        assertClose("clipped", golden.get("clipped_bias"), bias.gradient());
      }
    }
  }

  @Test
  void schedulesAreThoseOfPyTorch() {
    JsonNode golden = Golden.read("/goldens/schedules.json");
    assertRates(golden.get("step"), Schedule.step(0.8, 4, 0.3));
    assertRates(golden.get("cosine"), Schedule.cosine(0.8, 0.05, 0, 12));
    assertRates(golden.get("one_cycle"), Schedule.oneCycle(0.8, 20, 0.3));
    ReduceOnPlateau plateau = new ReduceOnPlateau(0.8, 0.5, 2, 0.15);
    double[] losses = Golden.numbers(golden.get("plateau").get("losses"));
    double[] rates = Golden.numbers(golden.get("plateau").get("rates"));
    for (int i = 0; i < losses.length; i++) {
      plateau.observe(losses[i]);
      assertEquals(rates[i], plateau.at(i), 1e-15, "check " + i);
    }
  }

  private static void assertRates(JsonNode golden, Schedule schedule) {
    double[] wanted = Golden.numbers(golden);
    for (int step = 0; step < wanted.length; step++) {
      assertEquals(wanted[step], schedule.at(step), 1e-12 * wanted[0], "step " + step);
    }
  }

  private static void set(Tensor x, JsonNode node) {
    double[] values = Golden.numbers(node.get("values"));
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    x.set(floats);
  }

  private static void assertClose(String what, JsonNode expected, Tensor actual) {
    double[] wanted = Golden.numbers(expected.get("values"));
    Golden.assertClose(what, wanted, actual.toDoubles(), 1e-5, 4e-6);
  }
}
