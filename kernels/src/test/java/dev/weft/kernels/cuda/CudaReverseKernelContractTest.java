package dev.weft.kernels.cuda;

/// Threads start backwards, and products are our own: a result that depends on the order of threads
/// shows, and products have the bits of the definition.
final class CudaReverseKernelContractTest extends CudaKernelContractTest {
  @Override
  protected int ordinal() {
    return EmulatedCuda.REVERSE;
  }

  @Override
  protected double tolerance(String kernel) {
    return kernel.equals("matmul") ? 0 : super.tolerance(kernel);
  }
}
