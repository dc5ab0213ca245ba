package dev.weft.examples;

import dev.weft.examples.chart.LineChart;
import dev.weft.examples.chart.LineChart.Line;
import dev.weft.nn.Place;
import dev.weft.nn.optim.Clip;
import dev.weft.rnn.GradientMicroscope;
import dev.weft.rnn.GradientMicroscope.Gate;
import dev.weft.rnn.GradientMicroscope.View;
import dev.weft.rnn.Rnn;
import dev.weft.rnn.RnnConfig;
import dev.weft.rnn.RnnConfig.RecurrentStart;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Gating;
import dev.weft.tensor.Ops;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// How far back through time the gradients of untrained networks reach: Bengio, Simard and
/// Frasconi, 1994.
///
/// Each network reads the same random vectors. The loss is a fixed random combination of the last
/// states, scaled so that ‖dL/dh‖ of the last step is 1.
///
/// @param steps of the sequence, at least 2
/// @param hidden units of each network
/// @param seed of weights and inputs
public record GradientFlow(int steps, int hidden, long seed) {
  private static final int ROWS = 8;
  private static final int INPUT = 8;
  private static final double SMALL = 0.7;
  private static final double LARGE = 3;
  private static final double LIMIT = 1;

  /// What was seen of one network.
  ///
  /// @param name says what it is
  /// @param norms ‖dL/dh_t‖ by step t
  /// @param gates and the share of them that is saturated
  /// @param norm of all weight gradients, before clipping
  /// @param clipped the same after clipping to 1
  public record Flow(String name, double[] norms, List<Gate> gates, double norm, double clipped) {
    /// ‖dL/dh‖ of the first step over that of the last.
    public double firstOverLast() {
      return norms[0] / norms[norms.length - 1];
    }

    /// The gradients of the same loss times what clipping multiplies all gradients by.
    private Flow afterClipping() {
      double factor = clipped / norm;
      double[] scaled = Arrays.stream(norms).map(x -> factor * x).toArray();
      return new Flow(name + ", clipped", scaled, gates, clipped, clipped);
    }
  }

  /// Runs every network forward and back.
  public List<Flow> of(Device device) {
    RnnConfig tanh = RnnConfig.of(Gating.TANH, INPUT, hidden).withStart(RecurrentStart.ORTHOGONAL);
    RnnConfig relu = RnnConfig.of(Gating.RELU, INPUT, hidden).withStart(RecurrentStart.IDENTITY);
    RnnConfig lstm = RnnConfig.of(Gating.LSTM, INPUT, hidden).withForgetBias(1);
    Flow large = flow(device, "tanh, weight 3", tanh, LARGE);
    List<Flow> flows = new ArrayList<>();
    flows.add(flow(device, "tanh, weight 0.7", tanh, SMALL));
    flows.add(large);
    flows.add(large.afterClipping());
    flows.add(flow(device, "tanh, weight 3, layer norm", tanh.withLayerNorm(true), LARGE));
    flows.add(flow(device, "ReLU, identity", relu, 1));
    flows.add(flow(device, "LSTM, forget bias 1", lstm, 1));
    return flows;
  }

  /// @param gain what the recurrent weight's first values are multiplied by
  private Flow flow(Device device, String name, RnnConfig config, double gain) {
    try (ParameterSet parameters = new ParameterSet(name, device, DType.F32);
        Tape tape = new Tape()) {
      Rnn rnn = new Rnn(Place.in(parameters), config, null);
      parameters.allocate(seed);
      scale(parameters.get("weight_hh_l0").tensor(), gain);
      GradientMicroscope microscope = GradientMicroscope.on(rnn);
      Philox random = new Philox(seed, Philox.Purpose.SHUFFLE, 0, 0); // the same for each network
      Tensor x = RandomData.normal(device, random, steps, ROWS, INPUT);
      Tensor direction = RandomData.normal(device, random, ROWS, hidden);
      Tensor last = rnn.forward(x, null, null).last().parts().getFirst().h();
      double length = Ops.norm(direction).item();
      tape.backward(Ops.scale(Ops.sum(last.mul(direction)), 1 / length));
      double norm = Clip.globalNorm(parameters, LIMIT);
      View view = microscope.views().getFirst();
      return new Flow(name, view.norms(), view.gates(), norm, Clip.norm(parameters));
    }
  }

  private static void scale(Tensor weight, double gain) {
    float[] values = weight.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] *= (float) gain;
    }
    weight.set(values);
  }

  /// The norms over time, on a logarithmic axis.
  public static LineChart chart(List<Flow> flows) {
    List<Line> lines =
        flows.stream()
            .map(
                flow ->
                    new Line(
                        flow.name(),
                        IntStream.range(0, flow.norms().length).asDoubleStream().toArray(),
                        flow.norms()))
            .toList();
    return new LineChart(
        "Gradient of the last step's loss by the state of step t", "t", "‖dL/dh‖", true, lines);
  }
}
