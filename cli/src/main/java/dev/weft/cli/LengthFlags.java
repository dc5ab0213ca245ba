package dev.weft.cli;

import picocli.CommandLine.Option;

/// How long a text gets.
final class LengthFlags {
  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      defaultValue = "30",
      description = "Most new tokens (default: ${DEFAULT-VALUE}).")
  private int maxTokens;

  @Option(
      names = "--min-tokens",
      paramLabel = "N",
      defaultValue = "0",
      description = "New tokens before the text may end by itself (default: ${DEFAULT-VALUE}).")
  private int minTokens;

  /// Refuses values that cannot work.
  void check() {
    Require.that(maxTokens >= 0, "--max-tokens must be at least 0 but is " + maxTokens);
    Require.that(minTokens >= 0, "--min-tokens must be at least 0 but is " + minTokens);
    Require.that(
        minTokens <= maxTokens,
        "--min-tokens must be at most --max-tokens but they are "
            + minTokens
            + " and "
            + maxTokens);
  }

  int maxTokens() {
    return maxTokens;
  }

  int minTokens() {
    return minTokens;
  }

  /// Refuses more tokens than the model's context holds, before anything is computed.
  void requireRoom(int promptTokens, OpenModel open) {
    int context = open.model().contextLength();
    if ((long) promptTokens + maxTokens > context) {
      int room = context - promptTokens;
      throw Failure.user(
          "the prompt has "
              + promptTokens
              + " tokens and --max-tokens asks for "
              + maxTokens
              + " more, but "
              + open.name()
              + " reads at most "
              + context
              + ": "
              + (room < 0 ? "shorten the prompt" : "ask for at most " + room));
    }
  }
}
