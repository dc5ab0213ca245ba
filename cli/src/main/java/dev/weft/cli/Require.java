package dev.weft.cli;

/// Refuses options that cannot work, before anything is computed.
final class Require {
  private Require() {}

  static void atLeastOne(String option, int value) {
    that(value >= 1, option + " must be at least 1 but is " + value);
  }

  static void that(boolean condition, String sentence) {
    if (!condition) {
      throw Failure.user(sentence);
    }
  }
}
