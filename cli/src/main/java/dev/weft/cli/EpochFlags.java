package dev.weft.cli;

import picocli.CommandLine.Option;

/// How long and how fast a data set is learnt; each command begins with its own numbers.
final class EpochFlags {
  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Most passes over the training part (${DEFAULT-VALUE}).")
  private int epochs;

  @Option(names = "--batch", paramLabel = "N", description = "Rows of a batch (${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--rate",
      paramLabel = "P",
      description = "Peak learning rate (${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--decay",
      paramLabel = "P",
      description = "Weight decay of matrices (${DEFAULT-VALUE}).")
  private double decay;

  @Option(
      names = "--patience",
      paramLabel = "N",
      description = "Stop after N epochs without a better one (${DEFAULT-VALUE}).")
  private int patience;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of weights, batches and the split of the data (${DEFAULT-VALUE}).")
  private long seed;

  EpochFlags(int epochs, int rows, double rate, double decay, int patience) {
    this.epochs = epochs;
    this.rows = rows;
    this.rate = rate;
    this.decay = decay;
    this.patience = patience;
  }

  /// Refuses what cannot work, before anything is read.
  void check() {
    Require.atLeastOne("--epochs", epochs);
    Require.atLeastOne("--batch", rows);
    Require.that(
        rate > 0 && rate < Double.POSITIVE_INFINITY,
        "--rate must be a number above 0 but is " + rate);
    Require.that(
        decay >= 0 && decay < Double.POSITIVE_INFINITY,
        "--decay must be a number of at least 0 but is " + decay);
    Require.atLeastOne("--patience", patience);
  }

  int epochs() {
    return epochs;
  }

  int rows() {
    return rows;
  }

  double rate() {
    return rate;
  }

  double decay() {
    return decay;
  }

  int patience() {
    return patience;
  }

  long seed() {
    return seed;
  }
}
