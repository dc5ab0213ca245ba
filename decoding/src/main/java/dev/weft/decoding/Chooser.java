package dev.weft.decoding;

/// Picks one of the candidates.
@FunctionalInterface
public interface Chooser {
  /// The most likely, of equal ones the smallest id; throws for NaN or nothing but −∞.
  Chooser GREEDY = (candidates, uniform) -> Greedy.choose(candidates);

  /// One draw by the candidates' probabilities; throws for NaN, +∞ or nothing but −∞.
  Chooser CATEGORICAL = Categorical::draw;

  /// The id; `uniform` in [0, 1) is the draw's random number.
  int choose(Candidates candidates, double uniform);
}
