package dev.weft.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.nn.Hooks.Difference;
import dev.weft.tensor.Ops;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HooksTest extends OnDevices {
  private static final float[] INPUT = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

  @Test
  @DisplayName("S1-70: recording sees input and output of every layer, parts before the whole")
  void recordsEveryLayer() {
    try (ParameterSet set = parameters();
        Scope _ = new Scope()) {
      Sequential model = model(set);
      Recording recording = Hooks.record(model);
      Tensor y;
      try (recording) {
        y = model.forward(Tensor.of(device, Shape.of(4, 3), INPUT));
      }
      model.forward(Tensor.of(device, Shape.of(4, 3), INPUT));
      List<Recording.Run> runs = recording.runs();
      assertEquals(
          List.of("mlp.first", "mlp.second", "mlp"),
          runs.stream().map(Recording.Run::layer).toList());
      assertEquals(Shape.of(4, 3), runs.get(0).input().shape());
      assertEquals(Shape.of(4, 5), runs.get(0).output().shape());
      assertEquals(y.toDoubles()[7], runs.get(2).output().elements()[7]);
    }
  }

  @Test
  @DisplayName("S1-70: comparing names the first layer that differs")
  void namesTheFirstLayerThatDiffers() {
    try (ParameterSet set = parameters();
        Scope _ = new Scope()) {
      Sequential model = model(set);
      Tensor x = Tensor.of(device, Shape.of(4, 3), INPUT);
      Recording before = recorded(model, x);
      assertTrue(Hooks.compare(before, recorded(model, x), 0).isEmpty(), "equal runs");

      float[] weight = set.get("mlp.second.weight").tensor().toFloats();
      weight[3] += 1;
      set.get("mlp.second.weight").tensor().set(weight);
      Difference second = Hooks.compare(before, recorded(model, x), 1e-5).orElseThrow();
      assertEquals("mlp.second", second.layer());
      assertTrue(second.reason().startsWith("output [0, 0] is "), second.reason());

      float[] bias = set.get("mlp.first.bias").tensor().toFloats();
      bias[2] = Float.NaN;
      set.get("mlp.first.bias").tensor().set(bias);
      Difference first = Hooks.compare(before, recorded(model, x), 1e-5).orElseThrow();
      assertEquals("mlp.first", first.layer());
      assertTrue(first.reason().startsWith("output [0, 2] is "), first.reason());
    }
  }

  @Test
  @DisplayName("S1-70: a run in chunks compares with the whole run")
  void chunksCompareWithTheWhole() {
    try (ParameterSet set = parameters();
        Scope _ = new Scope()) {
      Sequential model = model(set);
      Tensor x = Tensor.of(device, Shape.of(4, 3), INPUT);
      Recording whole = recorded(model, x);
      Recording chunks = Hooks.record(model);
      try (chunks) {
        model.forward(Ops.slice(x, 0, 0, 1));
        model.forward(Ops.slice(x, 0, 1, 4));
      }
      assertTrue(Hooks.compare(chunks, whole, 0).isEmpty());
      Recording part = recorded(model, Ops.slice(x, 0, 0, 3));
      Difference difference = Hooks.compare(part, whole, 0).orElseThrow();
      assertEquals("mlp.first: input is (3, 3) against (4, 3)", difference.toString());
    }
  }

  private static Sequential model(ParameterSet set) {
    Place place = Place.in(set).at("mlp");
    Linear first = new Linear(place.at("first"), 3, 5);
    Linear second = new Linear(place.at("second"), 5, 2);
    set.allocate(9);
    return new Sequential("mlp", first, Ops::gelu, second);
  }

  private static Recording recorded(Sequential model, Tensor x) {
    Recording recording = Hooks.record(model);
    try (recording) {
      model.forward(x);
    }
    return recording;
  }
}
