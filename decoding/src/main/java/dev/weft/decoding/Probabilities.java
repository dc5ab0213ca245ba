package dev.weft.decoding;

/// A distribution given as probabilities instead of logits, all in double: p(i)^(1/T) / Σ
/// p(j)^(1/T) as Keras' character example computes it, exp(ln p / T) normalised.
final class Probabilities {
  private static final double TOLERANCE = 1e-3;

  private Probabilities() {}

  /// The probabilities at a temperature; 0 gives the likeliest all, of equal ones the first. 0
  /// stays exactly 0. Throws for what is no distribution.
  static double[] at(double[] probabilities, double temperature) {
    if (!(temperature >= 0)) {
      throw new IllegalArgumentException(
          "sample: the temperature must be at least 0 but is " + temperature);
    }
    int best = requireDistribution(probabilities);
    double[] changed = new double[probabilities.length];
    if (temperature == 0) {
      changed[best] = 1;
      return changed;
    }
    double most = StrictMath.log(probabilities[best]);
    double total = 0;
    for (int i = 0; i < changed.length; i++) {
      if (probabilities[i] > 0) {
        changed[i] = StrictMath.exp((StrictMath.log(probabilities[i]) - most) / temperature);
        total += changed[i];
      }
    }
    for (int i = 0; i < changed.length; i++) {
      changed[i] /= total;
    }
    return changed;
  }

  /// Where the largest stands; throws for what is no distribution.
  private static int requireDistribution(double[] probabilities) {
    double sum = 0;
    int best = 0;
    for (int i = 0; i < probabilities.length; i++) {
      double p = probabilities[i];
      if (!(p >= 0 && p < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "sample: probability " + i + " is " + p + "; it must be a number of at least 0");
      }
      sum += p;
      best = p > probabilities[best] ? i : best;
    }
    if (!(Math.abs(sum - 1) <= TOLERANCE)) {
      throw new IllegalArgumentException(
          "sample: the "
              + probabilities.length
              + " probabilities sum to "
              + sum
              + ", more than "
              + TOLERANCE
              + " from 1; divide by their sum first, or draw from logits with sampleBasic");
    }
    return best;
  }

  /// The first index whose cumulated probability exceeds u · total; should rounding leave none, the
  /// last of probability above 0.
  static int draw(double[] probabilities, double uniform) {
    double total = 0;
    for (double p : probabilities) {
      total += p;
    }
    double cumulated = 0;
    int last = -1;
    for (int i = 0; i < probabilities.length; i++) {
      cumulated += probabilities[i];
      if (probabilities[i] > 0) {
        last = i;
        if (cumulated > uniform * total) {
          return i;
        }
      }
    }
    return last;
  }
}
