package dev.weft.tensor;

/// The reference device against itself: shows that every case can be set up, writes all of its
/// outputs, and gives the same bits twice.
class KernelContractTest extends KernelContract {
  private static final Device SECOND = new ReferenceDevice();

  @Override
  protected Device device() {
    return SECOND;
  }
}
