package dev.weft.nn.io;

import java.io.IOException;

/// A file that does not hold what its format promises; the message names the file and the values.
public final class MalformedFileException extends IOException {
  private static final long serialVersionUID = 1;

  MalformedFileException(String file, String reason) {
    super(file + ": " + reason);
  }

  MalformedFileException(String file, String reason, Throwable cause) {
    super(file + ": " + reason, cause);
  }
}
