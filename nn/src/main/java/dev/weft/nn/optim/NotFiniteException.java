package dev.weft.nn.optim;

/// A loss or a gradient became NaN or infinite: the training diverged, and going on would spread it
/// into every weight.
public final class NotFiniteException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  /// With what is not finite, and where.
  public NotFiniteException(String message) {
    super(message);
  }
}
