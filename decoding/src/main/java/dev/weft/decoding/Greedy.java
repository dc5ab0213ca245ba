package dev.weft.decoding;

/// The most likely token; of equal ones the smallest id.
final class Greedy {
  private Greedy() {}

  /// All probability for one id, by id.
  static double[] oneHot(Candidates candidates) {
    double[] oneHot = new double[candidates.vocabularySize()];
    oneHot[choose(candidates)] = 1;
    return oneHot;
  }

  /// Throws, naming the first bad id, for NaN or nothing but −∞.
  static int choose(Candidates candidates) {
    float max = Float.NEGATIVE_INFINITY;
    int best = -1;
    for (int i = 0; i < candidates.size; i++) {
      float logit = candidates.logits[i];
      if (Float.isNaN(logit)) {
        throw new IllegalArgumentException(
            "greedy: the logit of id " + candidates.ids[i] + " is NaN");
      }
      if (logit > max) {
        max = logit;
        best = candidates.ids[i];
      }
    }
    requirePossible(candidates, max);
    return best;
  }

  static void requirePossible(Candidates candidates, float max) {
    if (max == Float.NEGATIVE_INFINITY) {
      throw new NoTokenException(
          "no token is possible: all "
              + candidates.size
              + " logits are -Infinity"
              + (candidates.size == 0 ? "" : ", the first at id " + candidates.ids[0]));
    }
  }
}
