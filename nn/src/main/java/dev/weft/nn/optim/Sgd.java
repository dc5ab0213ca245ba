package dev.weft.nn.optim;

import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Tensor;

/// Gradient descent, with momentum (Polyak, 1964; in Nesterov's form: Sutskever et al., 2013) if
/// asked for, as PyTorch computes it.
public final class Sgd extends Optimizer {
  private final double momentum;
  private final boolean nesterov;

  /// p −= rate · g.
  public Sgd(ParameterSet parameters) {
    this(parameters, 0, false, 0);
  }

  /// With momentum in [0, 1) and L2 decay of the matrices.
  public Sgd(ParameterSet parameters, double momentum, boolean nesterov, double decay) {
    super(parameters, decay, momentum == 0 ? new String[0] : new String[] {"momentum"});
    requireShare("momentum", momentum);
    if (nesterov && momentum == 0) {
      throw new IllegalArgumentException("optimizer: Nesterov's form needs a momentum above 0");
    }
    this.momentum = momentum;
    this.nesterov = nesterov;
  }

  @Override
  void update(Part part, double rate, long step) {
    Tensor p = part.values();
    Tensor m = momentum == 0 ? null : part.moments().getFirst();
    p.kernels().sgd(p, part.gradients(), m, rate, momentum, nesterov, part.decay(), step == 1);
  }
}
