package dev.weft.nn.optim;

import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Tensor;

/// Steps divided by a running root mean square of the gradient. Tieleman and Hinton, 2012.
public final class RmsProp extends Optimizer {
  private final double alpha;
  private final double eps;

  /// Alpha 0.99, eps 1e-8.
  public RmsProp(ParameterSet parameters) {
    this(parameters, 0.99, 1e-8);
  }

  /// `alpha` in [0, 1): the share of the past in the running mean.
  public RmsProp(ParameterSet parameters, double alpha, double eps) {
    super(parameters, 0, "square");
    requireShare("alpha", alpha);
    requireAtLeastZero("eps", eps);
    this.alpha = alpha;
    this.eps = eps;
  }

  @Override
  void update(Part part, double rate, long step) {
    Tensor p = part.values();
    p.kernels().rmsProp(p, part.gradients(), part.moments().getFirst(), rate, alpha, eps);
  }
}
