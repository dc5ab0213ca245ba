package dev.weft.cli;

import picocli.CommandLine.Option;

/// The size of a recurrent network; each command begins with its own numbers.
final class NetworkFlags {
  @Option(
      names = "--embedding",
      paramLabel = "N",
      description = "Values of a symbol's vector (${DEFAULT-VALUE}).")
  private int embedding;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      description = "Units of a layer and direction (${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--layers",
      paramLabel = "N",
      description = "Recurrent layers (${DEFAULT-VALUE}).")
  private int layers;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      description = "Share dropped in training, below 1 (${DEFAULT-VALUE}).")
  private double dropout;

  NetworkFlags(int embedding, int hidden, int layers, double dropout) {
    this.embedding = embedding;
    this.hidden = hidden;
    this.layers = layers;
    this.dropout = dropout;
  }

  /// Refuses what cannot work, before anything is read.
  void check() {
    Require.atLeastOne("--embedding", embedding);
    Require.atLeastOne("--hidden", hidden);
    Require.atLeastOne("--layers", layers);
    Require.that(
        dropout >= 0 && dropout < 1, "--dropout must be at least 0 and below 1 but is " + dropout);
  }

  int embedding() {
    return embedding;
  }

  int hidden() {
    return hidden;
  }

  int layers() {
    return layers;
  }

  double dropout() {
    return dropout;
  }
}
