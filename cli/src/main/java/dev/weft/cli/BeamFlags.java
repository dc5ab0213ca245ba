package dev.weft.cli;

import dev.weft.decoding.BeamSearch;
import dev.weft.decoding.EarlyStop;
import picocli.CommandLine.Option;

/// The settings of a beam search.
final class BeamFlags {
  @Option(
      names = "--beams",
      paramLabel = "K",
      defaultValue = "6",
      description = "Live sequences (default: ${DEFAULT-VALUE}).")
  private int beams;

  @Option(
      names = "--returns",
      paramLabel = "R",
      defaultValue = "2",
      description = "Sequences to return, at most K (default: ${DEFAULT-VALUE}).")
  private int returns;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      defaultValue = "20",
      description = "Most new tokens (default: ${DEFAULT-VALUE}).")
  private int maxTokens;

  @Option(
      names = "--min-tokens",
      paramLabel = "N",
      defaultValue = "0",
      description = "Least new tokens before a sequence may end (default: ${DEFAULT-VALUE}).")
  private int minTokens;

  @Option(
      names = "--early-stop",
      paramLabel = "returned|beams|likely|never",
      defaultValue = "returned",
      description =
          "Stop when R sequences have ended; when K have; when none better is likely; or when none"
              + " better is possible. The last three are Hugging Face's early_stopping True, False"
              + " and \"never\" (default: ${DEFAULT-VALUE}).")
  private String earlyStop;

  @Option(
      names = "--length-penalty",
      paramLabel = "P",
      defaultValue = "0",
      description =
          "Rank by log-probability / length^P: above 0 favours long texts; Hugging Face's default"
              + " is 1 (default: ${DEFAULT-VALUE}).")
  private double lengthPenalty;

  @Option(
      names = "--groups",
      paramLabel = "G",
      defaultValue = "1",
      description =
          "Diverse beam search: so many groups of K / G beams (default: ${DEFAULT-VALUE}).")
  private int groups;

  @Option(
      names = "--diversity-penalty",
      paramLabel = "P",
      defaultValue = "0",
      description =
          "What a token loses for each beam of an earlier group that took it in the same step"
              + " (default: ${DEFAULT-VALUE}).")
  private double diversityPenalty;

  @Option(
      names = "--no-repeat-ngram",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Let no N tokens stand in a sequence twice; 0: off (default: ${DEFAULT-VALUE}).")
  private int noRepeatNgram;

  @Option(
      names = "--rank-all",
      description = "At the limit, let live sequences compete with finished ones.")
  private boolean rankAll;

  /// Refuses what contradicts, before a model is opened.
  void check() {
    Require.atLeastOne("--beams", beams);
    Require.atLeastOne("--returns", returns);
    Require.atLeastOne("--max-tokens", maxTokens);
    Require.atLeastOne("--groups", groups);
    Require.that(
        returns <= beams,
        "--returns must be at most --beams but they are " + returns + " and " + beams);
    Require.that(
        minTokens <= maxTokens,
        "--min-tokens must be at most --max-tokens but they are "
            + minTokens
            + " and "
            + maxTokens);
    Require.that(
        beams % groups == 0,
        "--groups must divide --beams but they are " + groups + " and " + beams);
    Require.that(
        diversityPenalty == 0 || groups > 1,
        "--diversity-penalty " + diversityPenalty + " does nothing without --groups above 1");
    search();
  }

  /// The search, without end tokens.
  BeamSearch search() {
    try {
      return new BeamSearch(beams, returns, maxTokens)
          .minNewTokens(minTokens)
          .earlyStop(policy())
          .lengthPenalty(lengthPenalty)
          .diverse(groups, diversityPenalty)
          .noRepeatNgram(noRepeatNgram)
          .rankAll(rankAll);
    } catch (IllegalArgumentException e) {
      throw Failure.user(e.getMessage(), e);
    }
  }

  private EarlyStop policy() {
    return switch (earlyStop) {
      case "returned" -> EarlyStop.RETURNED_COUNT;
      case "beams" -> EarlyStop.ALL_BEAMS;
      case "likely" -> EarlyStop.HUGGING_FACE;
      case "never" -> EarlyStop.NEVER;
      default ->
          throw Failure.user(
              "--early-stop must be returned, beams, likely or never but is " + earlyStop);
    };
  }
}
