package dev.weft.rnn;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.nn.Golden;
import dev.weft.nn.Place;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Gating;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// The cells of `golden.json`, and the one sequence that they read.
final class GoldenCells implements AutoCloseable {
  private static final JsonNode INPUTS = Golden.get("inputs");

  final ParameterSet parameters;
  final Rnn rnn;

  private GoldenCells(Device device, RnnConfig config) {
    parameters = new ParameterSet("golden", device, DType.F32);
    rnn = new Rnn(Place.in(parameters), config, null);
    parameters.allocate();
  }

  static GoldenCells of(Device device, Gating gating) {
    String[] names =
        switch (gating) {
          case TANH -> new String[] {"rnn (tanh)", "W_ih", "W_hh"};
          case LSTM ->
              new String[] {"lstm (gate order i,f,g,o; zero state)", "W_ih (8,2)", "W_hh (8,2)"};
          case GRU ->
              new String[] {
                "gru (gate order r,z,n; reset after the product; zero state)",
                "W_ih (6,2)",
                "W_hh (6,2)"
              };
          case RELU, GRU_RESET_FIRST -> throw new IllegalArgumentException("no golden " + gating);
        };
    GoldenCells cells = new GoldenCells(device, RnnConfig.of(gating, 2, 2));
    JsonNode values = INPUTS.get(names[0]);
    cells.set("weight_ih_l0", values.get(names[1]));
    cells.set("weight_hh_l0", values.get(names[2]));
    cells.set("bias_ih_l0", values.get("b_ih"));
    cells.set("bias_hh_l0", values.get("b_hh"));
    return cells;
  }

  private void set(String name, JsonNode values) {
    parameters.get(name).tensor().set(floats(values));
  }

  static float[] floats(JsonNode node) {
    double[] wide = Golden.numbers(node);
    float[] values = new float[wide.length];
    for (int i = 0; i < wide.length; i++) {
      values[i] = (float) wide[i];
    }
    return values;
  }

  /// The sequence (3, 1, 2), in the thread's scope.
  Tensor x() {
    JsonNode x = INPUTS.get("X (3 steps of 2 features, one sequence)");
    return Tensor.of(parameters.device(), Shape.of(3, 1, 2), floats(x));
  }

  @Override
  public void close() {
    parameters.close();
  }
}
