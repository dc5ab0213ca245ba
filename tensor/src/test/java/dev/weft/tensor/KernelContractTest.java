package dev.weft.tensor;

/// The reference device against itself: shows that every case can be set up, writes all of its
/// outputs, and gives the same bits twice. Large products, which differ from others in their sizes
/// alone, are left to the devices.
class KernelContractTest extends KernelContract {
  private static final Device SECOND = new ReferenceDevice();
  private static final long MOST_OPERATIONS = 1_000_000;

  @Override
  protected boolean takes(OpCase row) {
    return row.flops() <= MOST_OPERATIONS;
  }

  @Override
  protected Device device() {
    return SECOND;
  }
}
