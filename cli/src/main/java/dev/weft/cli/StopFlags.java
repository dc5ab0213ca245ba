package dev.weft.cli;

import dev.weft.decoding.Stop;
import dev.weft.decoding.Tokenizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// What ends a text that is drawn, beside its length.
final class StopFlags {
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
  void check(Given given) {
    Require.that(
        maxTime == null || maxTime >= 0 && maxTime < 1e9,
        "--max-time must be a number of seconds of at least 0 but is " + maxTime);
    Require.that(!stops.contains(""), "--stop must not be empty");
    given.exclude("--past-end", "goes on after the end anyway", "--min-tokens");
  }

  boolean pastEnd() {
    return pastEnd;
  }

  /// The rules, in the order in which they are asked.
  List<Stop> rules(Tokenizer tokenizer, LengthFlags length) {
    List<Stop> all = new ArrayList<>();
    if (!stops.isEmpty()) {
      all.add(Stop.strings(stops.toArray(String[]::new)));
    }
    if (!pastEnd) {
      all.add(Stop.endTokens(tokenizer.endOfText()));
    }
    all.add(Stop.maxTokens(length.maxTokens()));
    if (maxTime != null) {
      all.add(Stop.maxTime(Duration.ofNanos((long) (maxTime * 1e9))));
    }
    return all;
  }
}
