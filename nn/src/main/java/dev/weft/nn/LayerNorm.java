package dev.weft.nn;

import dev.weft.tensor.Initializer;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// Normalises each row (…, C) by its own mean and variance, then scales and shifts it. Ba, Kiros
/// and Hinton, 2016.
public final class LayerNorm extends Layer implements Stage {
  private final Parameter weight;
  private final Parameter bias;
  private final double eps;

  /// For rows of `size`, with eps 1e-5.
  public LayerNorm(Place place, int size) {
    this(place, size, 1e-5);
  }

  /// For rows of `size`; `eps` is added to the variance.
  public LayerNorm(Place place, int size, double eps) {
    super(place.path());
    this.weight = place.add("weight", Shape.of(size), Initializer.ONES);
    this.bias = place.add("bias", Shape.of(size), Initializer.ZEROS);
    this.eps = eps;
  }

  @Override
  public Tensor forward(Tensor x) {
    return passed(x, Ops.layerNorm(x, weight.tensor(), bias.tensor(), eps));
  }
}
