package dev.weft.bench.engine;

/// Draws at temperature 0.8 from logits, or steps of a beam search.
///
/// @param kind which
/// @param rows 1, or 4 beams
/// @param logits (rows, V), row-major
public record DrawWork(Kind kind, int rows, int vocabulary, float[] logits) {
  /// What is done with the logits.
  public enum Kind {
    /// One id by its probability.
    TEMPERATURE("draw, temperature"),
    /// One of the 40 largest.
    TOP_K("draw, top-k 40"),
    /// One of the smallest set, from the largest down, that reaches 0.95 of the probability.
    TOP_P("draw, top-p 0.95, N(0, 2)"),
    /// The four best of four beams' continuations by the sum of log-probabilities.
    BEAM("beam step, 4 beams");

    private final String title;

    Kind(String title) {
      this.title = title;
    }

    /// For people.
    public String title() {
      return title;
    }
  }
}
