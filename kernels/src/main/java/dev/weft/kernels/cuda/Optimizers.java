package dev.weft.kernels.cuda;

import dev.weft.tensor.DType;
import dev.weft.tensor.Kernels.AdamStep;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// Optimizer steps and the norm, each one pass over flat buffers: the same bits as the definitions.
final class Optimizers {
  /// SQUARES_BLOCK and SQUARES_LANES of `optimizers.cu`.
  private static final int BLOCK = 4096;

  private static final int LANES = 16;

  private final CudaModule module;

  Optimizers(CudaStream stream) {
    module = new CudaModule(stream, "optimizers");
  }

  private void launch(String kernel, Tensor p, Object... arguments) {
    if (p.size() > 0) {
      module.launch(kernel, Grid.elements(p.size()), arguments);
    }
  }

  void sgd(
      Tensor p,
      Tensor g,
      Tensor m,
      double rate,
      double momentum,
      boolean nesterov,
      double decay,
      boolean first) {
    float down = (float) -rate;
    float d = (float) decay;
    if (m == null) {
      launch("sgd_f32", p, p, g, p.size(), down, d);
    } else {
      float kept = (float) momentum;
      launch("sgd_momentum_f32", p, p, g, m, p.size(), down, kept, nesterov, d, first);
    }
  }

  void adam(Tensor p, Tensor g, Tensor m, Tensor v, AdamStep step) {
    double c1 = 1 - StrictMath.pow(step.beta1(), (double) step.step());
    double c2 = 1 - StrictMath.pow(step.beta2(), (double) step.step());
    launch(
        "adam_f32",
        p,
        p,
        g,
        m,
        v,
        p.size(),
        (float) step.beta1(),
        (float) (1 - step.beta1()),
        (float) step.beta2(),
        (float) (1 - step.beta2()),
        (float) (-step.rate() / c1),
        (float) (1 / Math.sqrt(c2)),
        (float) step.eps(),
        step.decoupled(),
        (float) (1 - step.rate() * step.decay()),
        (float) step.decay());
  }

  void rmsProp(Tensor p, Tensor g, Tensor v, double rate, double alpha, double eps) {
    float down = (float) -rate;
    float rest = (float) (1 - alpha);
    launch("rmsprop_f32", p, p, g, v, p.size(), down, (float) alpha, rest, (float) eps);
  }

  void adagrad(Tensor p, Tensor g, Tensor v, double rate, double eps) {
    launch("adagrad_f32", p, p, g, v, p.size(), (float) -rate, (float) eps);
  }

  /// The device sums blocks of 4,096 elements, the host the blocks: it wants the sum anyway, and
  /// these are few.
  double sumOfSquares(Tensor x) {
    long n = x.size();
    if (n == 0) {
      return 0;
    }
    int blocks = Math.toIntExact(Math.ceilDiv(n, BLOCK));
    try (Scope _ = Scope.noGrad()) {
      Tensor sums = Tensor.empty(x.device(), DType.F32, Shape.of(blocks));
      Grid grid = Grid.of(Math.ceilDiv((long) blocks * LANES, Grid.THREADS), Grid.THREADS);
      module.launch("sum_of_squares_f32", grid, sums, x, n);
      double sum = 0;
      for (float part : sums.toFloats()) {
        sum += part;
      }
      return sum;
    }
  }
}
