package dev.weft.kernels.cuda;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Tensor;

/// Softmax, its logarithm, and their gradients.
final class Softmax {
  private final CudaModule module;

  Softmax(CudaStream stream) {
    module = new CudaModule(stream, "softmax");
  }

  void softmax(Tensor y, Tensor x) {
    forward("softmax_fwd_f32", y, x);
  }

  void softmaxGrad(Grad dx, Tensor dy, Tensor y) {
    backward("softmax_bwd_f32", dx, dy, y);
  }

  void logSoftmax(Tensor y, Tensor x) {
    forward("log_softmax_fwd_f32", y, x);
  }

  void logSoftmaxGrad(Grad dx, Tensor dy, Tensor y) {
    backward("log_softmax_bwd_f32", dx, dy, y);
  }

  private void forward(String kernel, Tensor y, Tensor x) {
    long rows = x.shape().rows();
    int n = x.shape().last();
    module.launch(kernel, Rows.grid(rows, n), y, x, Rows.step(y), Rows.step(x), rows, n);
  }

  private void backward(String kernel, Grad dx, Tensor dy, Tensor y) {
    long rows = y.shape().rows();
    int n = y.shape().last();
    module.launch(
        kernel,
        Rows.grid(rows, n),
        dx,
        dy,
        y,
        Rows.step(dx),
        Rows.step(dy),
        Rows.step(y),
        rows,
        n,
        dx.accumulate());
  }
}
