package dev.weft.bench;

import java.io.IOException;

/// A peer's result that is not Weft's, in a sentence.
final class WrongResult extends IOException {
  private static final long serialVersionUID = 1;

  WrongResult(String message) {
    super(message);
  }
}
