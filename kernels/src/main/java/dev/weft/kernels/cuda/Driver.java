package dev.weft.kernels.cuda;

import java.util.function.Supplier;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/// Checks what calls of the driver return.
final class Driver {
  private Driver() {}

  /// Throws when `result` is an error: `cuda: WHAT: CUDA_ERROR_… (the driver's text)`.
  static void check(int result, String what) {
    if (result != CUresult.CUDA_SUCCESS) {
      throw new CudaError("cuda: " + what + ": " + text(result));
    }
  }

  /// The same where the words cost something to make.
  static void check(int result, Supplier<String> what) {
    if (result != CUresult.CUDA_SUCCESS) {
      check(result, what.get());
    }
  }

  /// The name of an error and what the driver says about it.
  static String text(int result) {
    String[] words = new String[1];
    int known = JCudaDriver.cuGetErrorString(result, words);
    String name = CUresult.stringFor(result);
    return known == CUresult.CUDA_SUCCESS && words[0] != null ? name + " (" + words[0] + ")" : name;
  }
}
