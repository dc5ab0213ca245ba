package dev.weft.decoding;

import dev.weft.tensor.Elementary;

/// Keeps the nucleus: the most likely candidates that together hold the probability p. Holtzman,
/// Buys, Du, Forbes and Choi, "The curious case of neural text degeneration", 2020.
///
/// Masses are integers, [Elementary#mass]: their sums are exact and depend on no order, so that a
/// boundary such as p = 0.8 over {0.5, 0.3, 0.2} falls where it should, and falls there on every
/// device. A cumulated mass c of a total t is compared as (double) c with p · (double) t. Of equal
/// logits the smaller id counts as likelier.
///
/// @param p in [0, 1]; 0 keeps `minKept`, 1 every candidate whose logit isn't −∞
/// @param rule which token is the last
/// @param minKept keep so many even when fewer hold p; at least 1; more than there are keeps all
public record TopP(double p, NucleusRule rule, int minKept) implements Filter {
  public TopP {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("Top-p must be a probability but is " + p);
    }
    requireMinKept("top-p", minKept);
  }

  /// By the rule [NucleusRule#INCLUSIVE].
  public TopP(double p) {
    this(p, NucleusRule.INCLUSIVE);
  }

  /// Keeping at least one.
  public TopP(double p, NucleusRule rule) {
    this(p, rule, 1);
  }

  static void requireMinKept(String filter, int minKept) {
    if (minKept < 1) {
      throw new IllegalArgumentException(
          filter + " must keep at least 1 candidate but the least number is " + minKept);
    }
  }

  /// Throws for more than 524,287 candidates, whose masses could overflow.
  @Override
  public void apply(Candidates candidates, History history) {
    float max = Categorical.max(candidates);
    if (p == 1) {
      candidates.keepPossible();
      return;
    }
    long[] masses = masses("top-p", candidates, max);
    long total = 0;
    for (int i = 0; i < candidates.size; i++) {
      total += masses[i];
    }
    double wanted = p * (double) total;
    // Tokens below this weigh less than what lies outside even all together: no nucleus reaches
    // down to them. 1,024 is the most that a long changes when it becomes a double.
    long outside = total - (long) wanted - 1024;
    long least = minKept > 1 ? 0 : Math.max(1, outside / candidates.size);
    long[] keys = candidates.keys(candidates.size);
    int count = 0;
    for (int i = 0; i < candidates.size; i++) {
      if (masses[i] >= least) {
        keys[count] = candidates.key(i);
        masses[count++] = masses[i];
      }
    }
    candidates.keepFrom(Nucleus.least(keys, masses, count, wanted, rule, minKept));
  }

  /// The mass of each candidate; throws where their sum could overflow.
  static long[] masses(String filter, Candidates candidates, float max) {
    if (candidates.size > Elementary.MOST_MASSES) {
      throw new IllegalArgumentException(
          filter
              + ": "
              + candidates.size
              + " candidates are more than the "
              + Elementary.MOST_MASSES
              + " whose masses can be summed exactly; put a top-k before it");
    }
    long[] masses = candidates.masses();
    weigh(candidates.logits, masses, candidates.size, max);
    return masses;
  }

  // Apart, with nothing but arrays, so that the JIT can overlap the iterations.
  private static void weigh(float[] logits, long[] masses, int size, float max) {
    for (int i = 0; i < size; i++) {
      masses[i] = Elementary.mass(logits[i], max);
    }
  }

  @Override
  public String name() {
    return "top-p " + p;
  }
}
