package dev.weft.nn.optim;

import dev.weft.tensor.Kernels.AdamStep;
import dev.weft.tensor.ParameterSet;

/// [Adam] whose decay shrinks the matrices by rate · decay apart from the gradient. Loshchilov and
/// Hutter, 2019.
public final class AdamW extends Optimizer {
  private final double beta1;
  private final double beta2;
  private final double eps;

  /// Betas 0.9 and 0.999, eps 1e-8, decay 0.01.
  public AdamW(ParameterSet parameters) {
    this(parameters, 0.9, 0.999, 1e-8, 0.01);
  }

  /// Betas in [0, 1).
  public AdamW(ParameterSet parameters, double beta1, double beta2, double eps, double decay) {
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
    Adam.update(part, new AdamStep(rate, beta1, beta2, eps, part.decay(), true, step));
  }
}
