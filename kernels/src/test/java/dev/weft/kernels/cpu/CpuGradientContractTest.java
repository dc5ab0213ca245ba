package dev.weft.kernels.cpu;

import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.GradientContract;

/// Losses and gradients of every op on the CPU device, the bits of the reference device.
class CpuGradientContractTest extends GradientContract {
  @Override
  protected Device device() {
    return Devices.require("cpu");
  }
}
