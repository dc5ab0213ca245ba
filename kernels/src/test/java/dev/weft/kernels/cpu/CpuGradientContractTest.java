package dev.weft.kernels.cpu;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.GradientContract;

/// Losses and gradients of every op on the CPU device, the bits of the reference device.
class CpuGradientContractTest extends GradientContract {
  @Override
  protected Device device() {
    assumeTrue(
        Vectors.available(Vectors.BITS),
        "this machine has no vectors of " + Vectors.BITS + " bits, only of " + Vectors.WIDEST);
    return Devices.require("cpu");
  }
}
