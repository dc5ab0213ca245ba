package dev.weft.nn.optim;

import dev.weft.tensor.Kernels.AdamStep;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Tensor;

/// Steps scaled by running moments of the gradient, bias-corrected. Kingma and Ba, 2015. Decay is
/// L2, added to the gradient; [AdamW] decays the weights themselves.
public final class Adam extends Optimizer {
  private final double beta1;
  private final double beta2;
  private final double eps;

  /// Betas 0.9 and 0.999, eps 1e-8, no decay.
  public Adam(ParameterSet parameters) {
    this(parameters, 0.9, 0.999, 1e-8, 0);
  }

  /// Betas in [0, 1).
  public Adam(ParameterSet parameters, double beta1, double beta2, double eps, double decay) {
    super(parameters, decay, "first", "second");
    requireShare("beta1", beta1);
    requireShare("beta2", beta2);
    requireAtLeastZero("eps", eps);
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.eps = eps;
  }

  @Override
  void update(Part part, double rate, long step) {
    update(part, new AdamStep(rate, beta1, beta2, eps, part.decay(), false, step));
  }

  static void update(Part part, AdamStep step) {
    Tensor p = part.values();
    p.kernels().adam(p, part.gradients(), part.moments().get(0), part.moments().get(1), step);
  }
}
