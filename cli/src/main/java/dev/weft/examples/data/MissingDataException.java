package dev.weft.examples.data;

import java.io.IOException;
import java.nio.file.Path;

/// A data set is not where it was looked for; the message is a sentence with the line that
/// fetches it.
public final class MissingDataException extends IOException {
  private static final long serialVersionUID = 1;

  /// @param what is missing, and in which folder
  /// @param name of the data set, and the folder to fetch it into
  MissingDataException(String what, Path in, String name, Path folder) {
    super(
        String.format(
            "there is no %s in %s; fetch it with: tools/data/fetch %s %s", what, in, name, folder));
  }
}
