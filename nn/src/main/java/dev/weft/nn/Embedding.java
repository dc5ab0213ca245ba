package dev.weft.nn;

import dev.weft.tensor.Initializer;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// Rows of a learnt table (V, C) by id.
public final class Embedding extends Layer implements Stage {
  private final Parameter weight;

  /// A table of `size` rows of `dim`, initialised with standard normal numbers, PyTorch's default.
  public Embedding(Place place, int size, int dim) {
    this(place, size, dim, Initializers.normal(0, 1));
  }

  /// A table with its own initialiser.
  public Embedding(Place place, int size, int dim, Initializer initializer) {
    super(place.path());
    this.weight = place.add("weight", Shape.of(size, dim), initializer);
  }

  private Embedding(Place place, Parameter weight) {
    super(place.path());
    this.weight = weight;
  }

  /// A table that is not trained: a buffer, saved with the rest.
  public static Embedding frozen(Place place, int size, int dim, Initializer initializer) {
    return new Embedding(place, place.buffer("weight", Shape.of(size, dim), initializer));
  }

  /// ids I32 (…) to (…, C); throws for an id outside 0 … V − 1.
  @Override
  public Tensor forward(Tensor ids) {
    return passed(ids, Ops.embedding(weight.tensor(), ids));
  }

  /// (V, C).
  public Parameter weight() {
    return weight;
  }
}
