package dev.weft.cli;

import picocli.CommandLine.Option;

/// `--prompt`.
final class PromptOption {
  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "What to continue (default: nothing, the beginning of a text).")
  private String text;

  String text() {
    return text;
  }
}
