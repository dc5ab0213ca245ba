package dev.weft.nn;

import dev.weft.tensor.Initializer;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.Arrays;

/// Normalises each feature of (…, C) over all other axes: by the batch in training, by running
/// figures in evaluation. Ioffe and Szegedy, 2015.
public final class BatchNorm extends Layer implements Stage {
  private final Parameter weight;
  private final Parameter bias;
  private final Parameter running;
  private final double momentum;
  private final double eps;

  /// For `size` features, with momentum 0.1 and eps 1e-5.
  public BatchNorm(Place place, int size) {
    this(place, size, 0.1, 1e-5);
  }

  /// For `size` features; `momentum` is the share of the new batch in the running figures.
  public BatchNorm(Place place, int size, double momentum, double eps) {
    super(place.path());
    this.weight = place.add("weight", Shape.of(size), Initializer.ONES);
    this.bias = place.add("bias", Shape.of(size), Initializer.ZEROS);
    this.running =
        place.buffer(
            "running",
            Shape.of(2, size),
            (values, shape, random) -> Arrays.fill(values, size, 2 * size, 1f));
    this.momentum = momentum;
    this.eps = eps;
  }

  @Override
  public Tensor forward(Tensor x) {
    int features = x.shape().last();
    Tensor rows = Ops.reshape(x, Math.toIntExact(x.shape().rows()), features); // (R, C)
    Tensor w = weight.tensor();
    Tensor b = bias.tensor();
    Tensor y =
        training()
            ? Ops.batchNorm(rows, w, b, running.tensor(), momentum, eps)
            : Ops.batchNormInference(rows, w, b, running.tensor(), eps);
    return passed(x, Ops.reshape(y, x.shape().dims()));
  }

  /// The buffer (2, C): running mean, then running unbiased variance.
  public Parameter running() {
    return running;
  }
}
