package dev.weft.tensor;

/// The reference device against itself: shows that cases can be set up, write all of their outputs,
/// and give the same bits twice. One case in eight: every other device takes them all.
class KernelContractTest extends KernelContract {
  private static final Device SECOND = new ReferenceDevice();

  @Override
  protected Device device() {
    return SECOND;
  }

  @Override
  protected boolean takes(OpCase row) {
    return row.toString().hashCode() % 8 == 0;
  }
}
