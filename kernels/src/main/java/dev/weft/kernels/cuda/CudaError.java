package dev.weft.kernels.cuda;

/// A call of the CUDA driver or of cuBLAS that failed: what was asked, and what the library said.
public final class CudaError extends RuntimeException {
  private static final long serialVersionUID = 1;

  CudaError(String message) {
    super(message);
  }
}
