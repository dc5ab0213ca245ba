package dev.weft.kernels.cuda;

import dev.weft.tensor.Device;
import dev.weft.tensor.KernelContract;
import java.util.Map;
import java.util.regex.Pattern;

class CudaKernelContractTest extends KernelContract {
  /// `-Dweft.cuda.kernels=REGEX` leaves the other kernels out.
  private static final Pattern TAKEN =
      Pattern.compile(System.getProperty("weft.cuda.kernels", ".*"));

  /// Kernels whose sums run in another order than the definition's, and how far they may be off;
  /// all others give the same bits.
  private static final Map<String, Double> TOLERANCES =
      Map.ofEntries(
          Map.entry("matmul", 1e-5),
          Map.entry("linear", 1e-5),
          // Thousands of values of both signs: off in proportion to Σ |x|.
          Map.entry("reduce", 5e-5),
          Map.entry("reduceGrad", 1e-5),
          Map.entry("cumsum", 1e-5),
          // Σ exp over 50,257 logits.
          Map.entry("crossEntropy", 5e-6),
          Map.entry("crossEntropyGrad", 5e-6),
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
          Map.entry("logSoftmaxGrad", 1e-5),
          // Online softmax: sums over tiles or splits, rescaled when a larger score turns up.
          Map.entry("attention", 2e-6),
          Map.entry("attentionGrad", 1e-5),
          // Its scores are sums in another order, too: off as they are large.
          Map.entry("cacheAttention", 5e-6),
          Map.entry("cacheReorder", 5e-6),
          Map.entry("cacheCopy", 5e-6));

  /// Which of the emulated devices is compared.
  protected int ordinal() {
    return EmulatedCuda.FORWARD;
  }

  @Override
  protected final Device device() {
    return EmulatedCuda.device(ordinal());
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
