package dev.weft.nn;

import dev.weft.tensor.Ops;
import dev.weft.tensor.Tensor;

/// In training sets a share p of the elements to 0 and scales the others by 1/(1 − p); in
/// evaluation returns its input. Srivastava et al., 2014.
public final class Dropout extends Layer implements Stage {
  private final double p;
  private final Noise noise;

  /// Drops a share `p` in [0, 1); `noise` is shared by all layers of the model.
  public Dropout(String name, double p, Noise noise) {
    super(name);
    if (!(p >= 0 && p < 1)) {
      throw new IllegalArgumentException("dropout " + name + ": p must lie in [0, 1) but is " + p);
    }
    this.p = p;
    this.noise = noise;
  }

  @Override
  public Tensor forward(Tensor x) {
    boolean drops = training() && p > 0;
    Tensor y = drops ? Ops.dropout(x, p, noise.seed(), noise.step(), noise.next()) : x;
    return passed(x, y);
  }
}
