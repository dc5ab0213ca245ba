package dev.weft.tensor;

/// A named weight (or, when not trained, a buffer such as a running mean) of a [ParameterSet].
public final class Parameter {
  private final ParameterSet set;
  private final String name;
  private final Shape shape;
  private final Kind kind;
  private final Initializer initializer;
  long offset; // in elements, in the set's flat buffer
  Tensor tensor;

  /// How optimizers treat a parameter.
  public enum Kind {
    /// Trained, with weight decay: matrices (rank 2 and more).
    DECAYED,
    /// Trained, no weight decay: biases, gains.
    PLAIN,
    /// Not trained; saved with the rest.
    BUFFER
  }

  Parameter(ParameterSet set, String name, Shape shape, Kind kind, Initializer initializer) {
    this.set = set;
    this.name = name;
    this.shape = shape;
    this.kind = kind;
    this.initializer = initializer;
  }

  /// Unique within its set, dots between the parts: `h.0.attn.c_attn.weight`.
  public String name() {
    return name;
  }

  /// The shape.
  public Shape shape() {
    return shape;
  }

  /// How optimizers treat it.
  public Kind kind() {
    return kind;
  }

  /// Its values: a view of the set's flat buffer. Throws before [ParameterSet#allocate].
  public Tensor tensor() {
    if (tensor == null) {
      throw new IllegalStateException("parameter " + name + ": call allocate() on its set first");
    }
    return tensor;
  }

  /// Its gradient: a view of the set's flat gradients. Throws for a buffer.
  public Tensor gradient() {
    if (kind == Kind.BUFFER) {
      throw new IllegalStateException("parameter " + name + " is a buffer: it has no gradient");
    }
    set.gradients();
    return tensor.gradient();
  }

  Initializer initializer() {
    return initializer;
  }

  @Override
  public String toString() {
    return name + " " + shape;
  }
}
