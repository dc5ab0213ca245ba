package dev.weft.kernels.cuda;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Tensor;

/// Cross entropy and its gradient: one launch each.
final class CrossEntropy {
  private final CudaModule module;

  CrossEntropy(CudaStream stream) {
    module = new CudaModule(stream, "loss");
  }

  void crossEntropy(
      Tensor losses,
      Tensor stats,
      Tensor logits,
      Tensor targets,
      Tensor weights,
      double smoothing,
      int ignore) {
    long rows = logits.shape().rows();
    int n = logits.shape().last();
    module.launch(
        "cross_entropy_fwd_f32",
        Rows.grid(rows, n),
        losses,
        stats,
        logits,
        targets,
        weights,
        Rows.step(stats),
        Rows.step(logits),
        rows,
        n,
        (float) (1 - smoothing),
        (float) (smoothing / n),
        smoothing != 0,
        ignore);
  }

  void crossEntropyGrad(
      Grad dLogits,
      Tensor dLosses,
      Tensor logits,
      Tensor stats,
      Tensor targets,
      Tensor weights,
      double smoothing,
      int ignore) {
    long rows = logits.shape().rows();
    int n = logits.shape().last();
    module.launch(
        "cross_entropy_bwd_f32",
        Rows.grid(rows, n),
        dLogits,
        dLosses,
        logits,
        stats,
        targets,
        weights,
        Rows.step(dLogits),
        Rows.step(logits),
        Rows.step(stats),
        rows,
        n,
        (float) (1 - smoothing),
        (float) (smoothing / n),
        smoothing != 0,
        ignore,
        dLogits.accumulate());
  }
}
