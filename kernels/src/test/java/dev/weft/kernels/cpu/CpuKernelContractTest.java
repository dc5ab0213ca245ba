package dev.weft.kernels.cpu;

import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.KernelContract;
import dev.weft.tensor.OpCase;
import java.util.regex.Pattern;

/// Every kernel of the CPU device against the definitions, bit for bit, at the width of this JVM;
/// the build runs it at each width.
class CpuKernelContractTest extends KernelContract {
  /// The CPU reads and writes F16, and refuses packs of it.
  private static final Pattern PACK_OF_F16 =
      Pattern.compile("(pack|linear|column|recurrent) .*(?<!B)F16.*");

  @Override
  protected Device device() {
    return Devices.require("cpu");
  }

  @Override
  protected boolean takes(OpCase row) {
    return !PACK_OF_F16.matcher(row.toString()).matches();
  }
}
