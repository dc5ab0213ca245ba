package dev.weft.kernels.cuda;

import dev.weft.tensor.OpCase;
import java.util.List;

/// Every access of every kernel is checked, and every tensor is an allocation of its own. What
/// values do is left to the devices that are fast.
final class CudaCheckedKernelContractTest extends CudaKernelContractTest {
  /// Of draws and sorting; ties, NaN and masked logits are taken.
  private static final List<String> LEFT_OUT = List.of("UNIFORM ", "TIES ", "BITS ");

  @Override
  protected int ordinal() {
    return EmulatedCuda.CHECKED;
  }

  @Override
  protected boolean takes(OpCase row) {
    boolean sorts = row.kernel().equals("sample") || row.kernel().equals("topK");
    return super.takes(row) && !(sorts && LEFT_OUT.stream().anyMatch(row.what()::startsWith));
  }
}
