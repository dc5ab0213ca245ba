package dev.weft.kernels.cuda;

import dev.weft.tensor.Device;
import dev.weft.tensor.KernelContract;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;

final class CudaKernelContractTest extends KernelContract {
  /// `-Dweft.cuda.kernels=REGEX` leaves the other kernels out.
  private static final Pattern TAKEN =
      Pattern.compile(System.getProperty("weft.cuda.kernels", ".*"));

  /// Kernels whose sums run in another order than the definition's, and how far they may be off;
  /// all others give the same bits.
  private static final Map<String, Double> TOLERANCES =
      Map.ofEntries(
          Map.entry("matmul", 1e-5),
          Map.entry("linear", 1e-5),
          Map.entry("layerNorm", 1e-6),
          // Sums of both signs, here of gains over the rows: off in proportion to Σ |dy·h|.
          Map.entry("layerNormGrad", 1e-5),
          Map.entry("rmsNorm", 1e-6),
          Map.entry("rmsNormGrad", 1e-5),
          Map.entry("batchNorm", 1e-6),
          Map.entry("batchNormGrad", 1e-5),
          Map.entry("softmax", 1e-6),
          Map.entry("softmaxGrad", 1e-6),
          Map.entry("logSoftmax", 1e-6),
          // Σ dy of 4,099 values of both signs: off in proportion to Σ |dy|.
          Map.entry("logSoftmaxGrad", 1e-5));

  private static CudaDevice device;

  @BeforeAll
  static void open() {
    Assumptions.assumeTrue(
        Boolean.getBoolean("weft.cuda.prototype")
            || System.getProperty("weft.cuda.prototype") != null,
        "no CUDA emulator yet");
    device =
        CudaDevice.open(
            0,
            new CudaDevice.Options(
                !"0".equals(System.getProperty("weft.cuda.pooled")),
                !Boolean.getBoolean("weft.cuda.own")));
  }

  @AfterAll
  static void close() {
    if (device != null) {
      device.close();
    }
  }

  @Override
  protected Device device() {
    return device;
  }

  @Override
  protected double tolerance(String kernel) {
    return TOLERANCES.getOrDefault(kernel, 0.0);
  }

  @Override
  protected boolean takes(String kernel) {
    return TAKEN.matcher(kernel).matches();
  }
}
