package dev.weft.cli;

import dev.weft.decoding.BeamSearch;
import dev.weft.decoding.EarlyStop;
import picocli.CommandLine.Option;

/// The settings of a beam search.
final class BeamFlags {
  private static final String[] OWN = {
    "--returns", "--early-stop", "--length-penalty", "--groups", "--diversity-penalty", "--rank-all"
  };

  @Option(
      names = "--beams",
      paramLabel = "K",
      description = "Live sequences of a beam search (`weft beams`: 6; `weft generate`: it draws).")
  private Integer beams;

  @Option(
      names = "--returns",
      paramLabel = "R",
      description =
          "Sequences that it returns, at most K (`weft beams`: 2, or K where that is less;"
              + " `weft generate`: 1).")
  private Integer returns;

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
      names = "--rank-all",
      description = "At the limit, let live sequences compete with finished ones.")
  private boolean rankAll;

  /// What an unset --beams and --returns mean.
  void defaults(int beams, int returns) {
    this.beams = this.beams == null ? beams : this.beams;
    this.returns = this.returns == null ? Math.min(returns, this.beams) : this.returns;
  }

  /// Whether a search was asked for.
  boolean given() {
    return beams != null;
  }

  /// Refuses what contradicts, before a model is opened.
  void check(Given given, LengthFlags length, int noRepeatNgram) {
    if (beams == null) {
      for (String option : OWN) {
        given.needs(option, "--beams");
      }
      return;
    }
    Require.atLeastOne("--beams", beams);
    Require.atLeastOne("--returns", returns);
    Require.that(
        length.maxTokens() > 0,
        "--beams finds one token at least, but --max-tokens is " + length.maxTokens());
    Require.atLeastOne("--groups", groups);
    Require.that(
        returns <= beams,
        "--returns must be at most --beams but they are " + returns + " and " + beams);
    Require.that(
        beams % groups == 0,
        "--groups must divide --beams but they are " + groups + " and " + beams);
    Require.that(
        diversityPenalty == 0 || groups > 1,
        "--diversity-penalty " + diversityPenalty + " does nothing without --groups above 1");
    Require.that(
        groups == 1 || diversityPenalty > 0,
        "--groups "
            + groups
            + " finds the same texts "
            + groups
            + " times without --diversity-penalty above 0: add it");
    search(length, noRepeatNgram);
  }

  /// The search, without end tokens.
  BeamSearch search(LengthFlags length, int noRepeatNgram) {
    try {
      return new BeamSearch(beams, returns, length.maxTokens())
          .minNewTokens(length.minTokens())
          .earlyStop(policy())
          .lengthPenalty(lengthPenalty)
          .diverse(groups, diversityPenalty)
          .noRepeatNgram(noRepeatNgram)
          .rankAll(rankAll);
    } catch (IllegalArgumentException e) {
      throw Failure.user(e.getMessage(), e);
    }
  }

  /// The search with what a model's texts end with and never hold.
  BeamSearch search(OpenModel open, LengthFlags length, int noRepeatNgram) {
    return search(length, noRepeatNgram)
        .endTokens(open.tokenizer().endOfText())
        .without(open.neverWritten());
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
