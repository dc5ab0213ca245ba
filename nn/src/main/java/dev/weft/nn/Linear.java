package dev.weft.nn;

import dev.weft.tensor.Initializer;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// y = x · Wᵀ + b: x (…, in), W (out, in) and b (out) laid out and named as in PyTorch's files.
public final class Linear extends Layer implements Stage {
  private final Parameter weight;
  private final Parameter bias; // or null

  /// A layer with bias, initialised uniformly in ±1/√in.
  public Linear(Place place, int in, int out) {
    this(place, in, out, true);
  }

  /// A layer whose values are initialised uniformly in ±1/√in, PyTorch's default.
  public Linear(Place place, int in, int out, boolean bias) {
    this(place, in, out, bias, uniform(in));
  }

  /// A layer with its own initialiser for the weight (out, in); the bias is uniform in ±1/√in.
  public Linear(Place place, int in, int out, boolean bias, Initializer initializer) {
    super(place.path());
    this.weight = place.add("weight", Shape.of(out, in), initializer);
    this.bias = bias ? place.add("bias", Shape.of(out), uniform(in)) : null;
  }

  private Linear(Place place, Parameter weight, boolean bias) {
    super(place.path());
    this.weight = weight;
    this.bias = bias ? place.add("bias", weight.shape().without(1), Initializer.ZEROS) : null;
  }

  /// An output layer that shares the matrix of an embedding (V, C) as its weight: in must be C and
  /// out must be V. Press and Wolf, 2017.
  public static Linear tied(Place place, Embedding embedding, int in, int out, boolean bias) {
    Parameter table = embedding.weight();
    if (!table.shape().equals(Shape.of(out, in))) {
      throw new IllegalArgumentException(
          "linear "
              + place.path()
              + ": tied to "
              + table
              + " it maps "
              + table.shape().dim(1)
              + " to "
              + table.shape().dim(0)
              + ", not "
              + in
              + " to "
              + out
              + "; make the sizes equal, or do not tie");
    }
    return new Linear(place, table, bias);
  }

  private static Initializer uniform(int in) {
    double bound = 1 / Math.sqrt(in);
    return Initializers.uniform(-bound, bound);
  }

  @Override
  public Tensor forward(Tensor x) {
    return passed(x, Ops.linear(x, matrix(), bias == null ? null : bias.tensor()));
  }

  /// The weight as a view (in, out): what a product or a pack takes.
  public Tensor matrix() {
    return Ops.transpose(weight.tensor(), 0, 1);
  }

  /// (out, in).
  public Parameter weight() {
    return weight;
  }

  /// (out), or null.
  public Parameter bias() {
    return bias;
  }
}
