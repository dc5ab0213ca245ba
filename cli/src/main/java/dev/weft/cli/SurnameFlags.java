package dev.weft.cli;

import dev.weft.examples.data.LabelledTexts;
import dev.weft.examples.data.Surnames;
import java.io.IOException;
import picocli.CommandLine.Option;

/// Which family names a command trains on.
final class SurnameFlags {
  private static final int LANGUAGES = 4;
  private static final int EACH = 100;

  @Option(
      names = "--data",
      paramLabel = "surnames|generated",
      defaultValue = "surnames",
      description =
          "The family names that come with Weft, or made-up ones for a quick try"
              + " (${DEFAULT-VALUE}).")
  private String data;

  /// The names, dealt by a seed.
  LabelledTexts read(long seed) throws IOException {
    return switch (data) {
      case "surnames" -> Surnames.read(seed);
      case "generated" -> Surnames.generated(LANGUAGES, EACH, seed);
      default -> throw Failure.user("--data must be surnames or generated but is '" + data + "'");
    };
  }
}
