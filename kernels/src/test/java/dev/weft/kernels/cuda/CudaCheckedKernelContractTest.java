package dev.weft.kernels.cuda;

/// Every access of every kernel is checked, and every tensor is an allocation of its own.
final class CudaCheckedKernelContractTest extends CudaKernelContractTest {
  @Override
  protected int ordinal() {
    return EmulatedCuda.CHECKED;
  }
}
