package dev.weft.cli;

import dev.weft.decoding.Stop;
import dev.weft.decoding.Tokenizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

  @Option(
      names = "--max-time",
      paramLabel = "SECONDS",
      description = "End with the token at which so much time has passed.")
  private Double maxTime;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "End before this text; may be given several times.")
  private List<String> stops = new ArrayList<>();

  @Option(
      names = "--past-end",
      description = "Go on after the token that ends a text, to the most tokens.")
  private boolean pastEnd;

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
    Require.that(
        maxTime == null || maxTime >= 0 && maxTime < 1e9,
        "--max-time must be a number of seconds of at least 0 but is " + maxTime);
    Require.that(!stops.contains(""), "--stop must not be empty");
    Require.that(
        !pastEnd || minTokens == 0,
        "--past-end goes on after the end anyway, where --min-tokens does nothing: leave one of"
            + " them out");
  }

  int maxTokens() {
    return maxTokens;
  }

  boolean pastEnd() {
    return pastEnd;
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

  /// What ends a text, in the order in which it is asked.
  List<Stop> stops(Tokenizer tokenizer) {
    List<Stop> all = new ArrayList<>();
    if (!stops.isEmpty()) {
      all.add(Stop.strings(stops.toArray(String[]::new)));
    }
    if (!pastEnd) {
      all.add(Stop.endTokens(tokenizer.endOfText()));
    }
    all.add(Stop.maxTokens(maxTokens));
    if (maxTime != null) {
      all.add(Stop.maxTime(Duration.ofNanos((long) (maxTime * 1e9))));
    }
    return all;
  }
}
