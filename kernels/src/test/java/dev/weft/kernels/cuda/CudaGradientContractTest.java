package dev.weft.kernels.cuda;

import dev.weft.tensor.Device;
import dev.weft.tensor.GradientContract;

/// Losses and gradients of every op on an emulated GPU.
final class CudaGradientContractTest extends GradientContract {
  @Override
  protected Device device() {
    return EmulatedCuda.device(EmulatedCuda.FORWARD);
  }

  /// Sums run in another order than the definition's.
  @Override
  protected double tolerance() {
    return 1e-5;
  }
}
