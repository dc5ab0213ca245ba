package dev.weft.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.examples.GradientFlow.Flow;
import dev.weft.examples.chart.LineChart;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The phenomena, by their numbers.
class GradientFlowTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  @DisplayName(
      "S0-34, S0-36, S0-38, S0-39: what makes gradients vanish and explode, and what helps")
  void networksBehaveAsTheyAreKnownTo(long seed) {
    Device device = Devices.best();
    long before = device.stats().liveBytes();
    List<Flow> flows = new GradientFlow(50, 64, seed).of(device);
    assertEquals(before, device.stats().liveBytes());
    for (Flow flow : flows) {
      assertEquals(50, flow.norms().length);
      assertTrue(flow.clipped() <= 1 + 1e-5, flow.name());
    }
    double vanishing = ratio(flows, "tanh, weight 0.7");
    double exploding = ratio(flows, "tanh, weight 3");
    double normed = ratio(flows, "tanh, weight 3, layer norm");
    double relu = ratio(flows, "ReLU, identity");
    double lstm = ratio(flows, "LSTM, forget bias 1");
    assertTrue(vanishing < 1e-7, "vanishing " + vanishing);
    assertTrue(exploding > 1e4, "exploding " + exploding);
    assertTrue(normed < 1 && normed > 1e3 * vanishing, "layer norm " + normed);
    assertTrue(relu > 0.05 && relu < 20, "ReLU " + relu);
    assertTrue(lstm > 1e3 * vanishing && lstm < 1, "LSTM " + lstm);
  }

  private static double ratio(List<Flow> flows, String name) {
    return flow(flows, name).firstOverLast();
  }

  private static Flow flow(List<Flow> flows, String name) {
    return flows.stream().filter(flow -> flow.name().equals(name)).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(longs = 1)
  @DisplayName("S0-39: clipping scales a gradient that explodes, at every step by one factor")
  void clippingScalesEveryStepAlike(long seed) {
    List<Flow> flows = new GradientFlow(50, 64, seed).of(Devices.best());
    Flow free = flow(flows, "tanh, weight 3");
    Flow clipped = flow(flows, "tanh, weight 3, clipped");
    assertTrue(free.norm() > 1e3, "before " + free.norm());
    assertEquals(1, free.clipped(), 1e-4);
    for (int t = 0; t < 50; t++) {
      double wanted = free.norms()[t] / free.norm();
      assertEquals(wanted, clipped.norms()[t], 1e-4 * wanted);
    }
    LineChart chart = GradientFlow.chart(flows);
    assertEquals(flows.size(), chart.lines().size());
    assertEquals(50, chart.lines().getFirst().y().length);
  }
}
