package dev.weft.nn.optim;

import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Tensor;

/// Steps divided by the root of the sum of all squared gradients so far. Duchi, Hazan and Singer,
/// 2011.
public final class Adagrad extends Optimizer {
  private final double eps;

  /// Eps 1e-10.
  public Adagrad(ParameterSet parameters) {
    this(parameters, 1e-10);
  }

  /// `eps` is added to the root.
  public Adagrad(ParameterSet parameters, double eps) {
    super(parameters, 0, "sum");
    requireAtLeastZero("eps", eps);
    this.eps = eps;
  }

  @Override
  void update(Part part, double rate, long step) {
    Tensor p = part.values();
    p.kernels().adagrad(p, part.gradients(), part.moments().getFirst(), rate, eps);
  }
}
