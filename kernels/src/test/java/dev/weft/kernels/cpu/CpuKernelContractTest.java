package dev.weft.kernels.cpu;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.KernelContract;

/// Every kernel of the CPU device against the definitions, bit for bit, at the width of this JVM;
/// the build runs it at each width.
class CpuKernelContractTest extends KernelContract {
  @Override
  protected Device device() {
    assumeTrue(
        Vectors.available(Vectors.BITS),
        "this machine has no vectors of " + Vectors.BITS + " bits, only of " + Vectors.WIDEST);
    return Devices.require("cpu");
  }
}
