package dev.weft.cli;

import picocli.CommandLine.Model.CommandSpec;

/// Which options a command was given, as against those that have their defaults.
final class Given {
  private final CommandSpec spec;

  /// @param spec of the command that runs
  Given(CommandSpec spec) {
    this.spec = spec;
  }

  /// Whether an option stood on the command line.
  boolean has(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  /// Whether any of them did.
  boolean any(String... options) {
    for (String option : options) {
      if (has(option)) {
        return true;
      }
    }
    return false;
  }

  /// Refuses any of `others` beside `option`, for which `why` is the reason.
  void exclude(String option, String why, String... others) {
    if (has(option)) {
      for (String other : others) {
        Require.that(
            !has(other),
            option + " " + why + ", where " + other + " does nothing: leave one of them out");
      }
    }
  }

  /// Refuses `option` without any of `others`.
  void needs(String option, String... others) {
    Require.that(
        !has(option) || any(others),
        option
            + " does nothing without "
            + String.join(" or ", others)
            + ": add one or leave it out");
  }
}
