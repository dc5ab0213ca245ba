package dev.weft.cli;

/// Which of the standard streams are a terminal, as the `weft` script found out.
final class Terminal {
  private Terminal() {}

  /// Whether a person sees standard error as it is written.
  static boolean onStandardError() {
    return System.getProperty("weft.terminal", "").contains("2");
  }

  /// Whether a person sees standard output as it is written.
  static boolean onStandardOutput() {
    return System.getProperty("weft.terminal", "").contains("1");
  }
}
