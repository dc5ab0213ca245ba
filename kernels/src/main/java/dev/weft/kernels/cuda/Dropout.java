package dev.weft.kernels.cuda;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Tensor;

/// Dropout, whose mask is drawn again instead of kept: the same bits as the definition.
final class Dropout {
  private final CudaModule module;

  Dropout(CudaStream stream) {
    module = new CudaModule(stream, "dropout");
  }

  void dropout(Grad y, Tensor x, double p, long seed, int step, int sequence) {
    long n = x.size();
    if (n == 0) {
      return;
    }
    float scale = (float) (1 / (1 - p));
    long threshold = (long) Math.ceil(p * 0x1p32);
    module.launch(
        "dropout_f32",
        Grid.elements(n),
        y,
        x,
        n,
        y.accumulate(),
        scale,
        threshold,
        seed,
        step,
        sequence);
  }
}
