package dev.weft.decoding;

import dev.weft.tensor.Elementary;

/// Keeps the locally typical candidates: those whose surprise −ln p is nearest to the entropy, up
/// to the first at which they together hold a probability mass. Meister, Pimentel, Wiher and
/// Cotterell, "Locally typical sampling", 2023.
///
/// The distance is |−ln p(i) − H| = |z(i) − Σ p(j) z(j)| with z = logit − max, in double; masses
/// are those of [TopP]. Candidates as far as the last one are kept too, as Hugging Face does. The
/// likeliest token may be cut: it can be less surprising than is typical.
///
/// @param mass above 0, at most 1; 1 keeps every candidate whose logit isn't −∞
/// @param minKept keep so many at least, the most typical; at least 1
public record Typical(double mass, int minKept) implements Filter {
  public Typical {
    if (!(mass > 0 && mass <= 1)) {
      throw new IllegalArgumentException(
          "typical: the mass must be above 0 and at most 1 but is " + mass);
    }
    TopP.requireMinKept("typical", minKept);
  }

  /// Keeping at least one.
  public Typical(double mass) {
    this(mass, 1);
  }

  /// Throws for more than 524,287 candidates, whose masses could overflow.
  @Override
  public void apply(Candidates candidates, History history) {
    float max = Categorical.max(candidates);
    candidates.keepPossible();
    if (mass == 1) {
      return;
    }
    long[] masses = TopP.masses("typical", candidates, max);
    double mean = mean(candidates, max);
    long[] keys = candidates.keys(candidates.size);
    long total = 0;
    for (int i = 0; i < candidates.size; i++) {
      keys[i] = key(candidates.logits[i], max, mean);
      total += masses[i];
    }
    long least =
        Nucleus.least(
            keys, masses, candidates.size, mass * (double) total, NucleusRule.INCLUSIVE, minKept);
    for (int i = 0; i < candidates.size; i++) {
      if (key(candidates.logits[i], max, mean) < least) {
        candidates.logits[i] = Float.NEGATIVE_INFINITY;
      }
    }
    candidates.keepPossible();
  }

  /// The larger the more typical.
  private static long key(float logit, float max, double mean) {
    return -Double.doubleToLongBits(Math.abs((double) logit - max - mean));
  }

  private static double mean(Candidates candidates, float max) {
    double total = 0;
    double sum = 0;
    for (int i = 0; i < candidates.size; i++) {
      double z = (double) candidates.logits[i] - max;
      double weight = Elementary.exp(z);
      total += weight;
      sum += weight * z;
    }
    return sum / total;
  }

  @Override
  public String name() {
    return "typical " + mass;
  }
}
