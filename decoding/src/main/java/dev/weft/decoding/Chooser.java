package dev.weft.decoding;

/// Picks one of the candidates.
@FunctionalInterface
public interface Chooser {
  /// The most likely, of equal ones the smallest id; throws for NaN or nothing but −∞.
  Chooser GREEDY =
      new Chooser() {
        @Override
        public int choose(Candidates candidates, double uniform) {
          return Greedy.choose(candidates);
        }

        @Override
        public double[] probabilities(Candidates candidates) {
          return Greedy.oneHot(candidates);
        }
      };

  /// One draw by the candidates' probabilities; throws for NaN, +∞ or nothing but −∞.
  Chooser CATEGORICAL = Categorical::draw;

  /// The id; `uniform` in [0, 1) is the draw's random number.
  int choose(Candidates candidates, double uniform);

  /// How probable each id is to be chosen, by id; the softmax of the logits, in double, unless a
  /// chooser knows better.
  default double[] probabilities(Candidates candidates) {
    return Categorical.softmax(candidates);
  }
}
