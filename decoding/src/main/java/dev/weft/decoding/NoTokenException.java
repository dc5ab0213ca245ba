package dev.weft.decoding;

/// Thrown when nothing can come next: a model, or more often filters that forbid, made every logit
/// −∞.
public final class NoTokenException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  NoTokenException(String message) {
    super(message);
  }
}
