package dev.weft.cli;

import dev.weft.nn.optim.AdamW;
import dev.weft.nn.optim.Schedule;
import dev.weft.tensor.ParameterSet;
import picocli.CommandLine.Option;

/// The numbers of a training.
final class TrainingFlags {
  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "3000",
      description = "Optimizer steps (${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "16",
      description = "Rows of a batch (${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--length",
      paramLabel = "N",
      description = "Tokens of a row (default: the model's context).")
  private Integer length;

  @Option(
      names = "--accumulate",
      paramLabel = "N",
      defaultValue = "1",
      description = "Batches whose gradients add up to one step (${DEFAULT-VALUE}).")
  private int accumulate;

  @Option(
      names = "--rate",
      paramLabel = "P",
      defaultValue = "2e-3",
      description = "Peak learning rate (${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--decay",
      paramLabel = "P",
      defaultValue = "0.1",
      description = "Weight decay of matrices (${DEFAULT-VALUE}).")
  private double decay;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      defaultValue = "0",
      description = "Share dropped, below 1 (${DEFAULT-VALUE}).")
  private double dropout;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of weights and batches (${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--evaluate",
      defaultValue = "250",
      paramLabel = "N",
      description = "Validate, show a sample and save every N steps (${DEFAULT-VALUE}).")
  private int every;

  @Option(
      names = "--patience",
      paramLabel = "N",
      description = "Stop after N evaluations without a better one, and keep the best weights.")
  private Integer patience;

  /// Refuses what cannot work, before anything is read.
  void check() {
    Require.atLeastOne("--steps", steps);
    Require.atLeastOne("--batch", rows);
    Require.atLeastOne("--accumulate", accumulate);
    Require.atLeastOne("--evaluate", every);
    if (length != null) {
      Require.atLeastOne("--length", length);
    }
    if (patience != null) {
      Require.atLeastOne("--patience", patience);
    }
    Require.that(
        rate > 0 && rate < Double.POSITIVE_INFINITY,
        "--rate must be a number above 0 but is " + rate);
    Require.that(
        decay >= 0 && decay < Double.POSITIVE_INFINITY,
        "--decay must be a number of at least 0 but is " + decay);
    Require.that(
        dropout >= 0 && dropout < 1, "--dropout must be at least 0 and below 1 but is " + dropout);
  }

  /// Tokens of a row for a model of this context.
  int length(int context) {
    Require.that(
        length == null || length <= context,
        "--length must be at most the model's context, " + context + ", but is " + length);
    return length == null ? context : length;
  }

  AdamW optimizer(ParameterSet parameters) {
    return new AdamW(parameters, 0.9, 0.95, 1e-8, decay);
  }

  /// Cosine from the peak to a tenth of it, after a twentieth of the steps of warm-up.
  Schedule schedule() {
    int warmUp = Math.min(Math.max(1, steps / 20), steps - 1);
    return Schedule.cosine(rate, rate / 10, warmUp, steps);
  }

  int steps() {
    return steps;
  }

  int rows() {
    return rows;
  }

  int accumulate() {
    return accumulate;
  }

  double rate() {
    return rate;
  }

  double dropout() {
    return dropout;
  }

  long seed() {
    return seed;
  }

  int every() {
    return every;
  }

  /// Evaluations without a better one; null never stops.
  Integer patience() {
    return patience;
  }
}
