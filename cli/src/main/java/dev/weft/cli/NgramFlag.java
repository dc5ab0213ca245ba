package dev.weft.cli;

import picocli.CommandLine.Option;

/// `--no-repeat-ngram`, which draws and searches have alike.
final class NgramFlag {
  @Option(
      names = "--no-repeat-ngram",
      paramLabel = "N",
      defaultValue = "0",
      description = "Let no N tokens stand in a text twice, prompt included; 0 is off (default).")
  private int n;

  /// The length, checked.
  int n() {
    Require.that(n >= 0, "--no-repeat-ngram must be at least 0 but is " + n);
    return n;
  }
}
