package dev.weft.rnn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.nn.Noise;
import dev.weft.nn.Place;
import dev.weft.nn.optim.Adam;
import dev.weft.nn.optim.Clip;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Gating;
import dev.weft.tensor.Ops;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a training step takes from the system.
class TrainingMemoryTest {
  private final Device device = Devices.require("cpu");

  @ParameterizedTest
  @EnumSource(Gating.class)
  void nothingIsAllocatedAfterTheFirstStep(Gating gating) {
    try (ParameterSet parameters = new ParameterSet("test", device, DType.F32)) {
      RnnConfig config = RnnConfig.of(gating, 12, 40).withLayers(2).withDropout(0.2);
      Rnn rnn = new Rnn(Place.in(parameters), config, new Noise(1));
      parameters.allocate(3);
      Adam optimizer = new Adam(parameters);
      step(rnn, parameters, optimizer);
      long reserved = device.stats().reservedBytes();
      long live = device.stats().liveBytes();
      // A pool that forgot what it got back would need several further slabs of 4 MiB.
      for (int i = 0; i < 60; i++) {
        step(rnn, parameters, optimizer);
      }
      assertEquals(reserved, device.stats().reservedBytes());
      assertEquals(live, device.stats().liveBytes());
    }
  }

  private void step(Rnn rnn, ParameterSet parameters, Adam optimizer) {
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
