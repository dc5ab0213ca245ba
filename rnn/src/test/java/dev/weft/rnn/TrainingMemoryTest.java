package dev.weft.rnn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.nn.Noise;
import dev.weft.nn.Place;
import dev.weft.nn.optim.Adam;
import dev.weft.nn.optim.Clip;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.DeviceStats;
import dev.weft.tensor.Devices;
import dev.weft.tensor.FreshJvm;
import dev.weft.tensor.Gating;
import dev.weft.tensor.Ops;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What training steps take from the system, in a JVM of one thread: with more, it is a matter of
/// timing in which step two of them first hold scratch memory at once.
class TrainingMemoryTest {
  private static final int STEPS = 60;

  @Test
  void nothingIsAllocatedAfterTheFirstStep() throws Exception {
    List<String> lines =
        FreshJvm.output(TrainingMemoryTest.class, FreshJvm.vectorsAnd("-Dweft.threads=1"))
            .lines()
            .toList();
    assertEquals(Gating.values().length * (1 + STEPS), lines.size());
    // A pool that forgot what it got back would need several further slabs of 4 MiB.
    assertEquals(Gating.values().length, Set.copyOf(lines).size(), () -> "in " + lines);
  }

  /// Prints what is reserved and what is in use after each step.
  public static void main(String[] args) {
    Device device = Devices.require("cpu");
    for (Gating gating : Gating.values()) {
      RnnConfig config = RnnConfig.of(gating, 12, 40).withLayers(2).withDropout(0.2);
      try (ParameterSet parameters = new ParameterSet("test", device, DType.F32)) {
        Rnn rnn = new Rnn(Place.in(parameters), config, new Noise(1));
        parameters.allocate(3);
        Adam optimizer = new Adam(parameters);
        for (int i = 0; i <= STEPS; i++) {
          step(device, rnn, parameters, optimizer);
          DeviceStats stats = device.stats();
          System.out.printf(
              "%s: %d reserved, %d live%n", gating, stats.reservedBytes(), stats.liveBytes());
        }
      }
    }
  }

  private static void step(Device device, Rnn rnn, ParameterSet parameters, Adam optimizer) {
    parameters.zeroGrad();
    try (Tape tape = new Tape()) {
      Tensor x = Tensor.full(device, parameters.dtype(), Shape.of(9, 10, 12), 0.3);
      Tensor mask = Mask.ofLengths(device, 9, 9, 9, 7, 1, 2, 3, 4, 5, 6, 8);
      tape.backward(Ops.mean(rnn.forward(x, null, mask).states()));
      Clip.globalNorm(parameters, 1);
      optimizer.step(1e-3);
    }
  }
}
