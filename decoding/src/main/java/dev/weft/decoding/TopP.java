package dev.weft.decoding;

import java.util.Arrays;

/// Keeps the nucleus: the most likely candidates that together hold the probability p. Holtzman,
/// Buys, Du, Forbes and Choi, "The curious case of neural text degeneration", 2020.
///
/// Probabilities are summed in double with compensation, from e^(logit − max) in double, so that a
/// boundary such as p = 0.8 over {0.5, 0.3, 0.2} falls where it should.
///
/// @param p in [0, 1]; 0 keeps one, 1 every candidate whose probability isn't 0
/// @param rule which token is the last
public record TopP(double p, NucleusRule rule) implements Filter {
  public TopP {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("Top-p must be a probability but is " + p);
    }
  }

  /// By the rule [NucleusRule#INCLUSIVE].
  public TopP(double p) {
    this(p, NucleusRule.INCLUSIVE);
  }

  @Override
  public void apply(Candidates candidates, History history) {
    float max = Categorical.max(candidates);
    double[] weights = candidates.weights();
    weigh(candidates.logits, weights, candidates.size, max);
    CompensatedSum total = new CompensatedSum();
    for (int i = 0; i < candidates.size; i++) {
      total.add(weights[i]);
    }
    // Tokens below this weigh less than 1 − p even all together: no nucleus reaches down to them.
    double least = p < 1 ? 0.999 * (1 - p) * total.value() / candidates.size : Double.MIN_VALUE;
    long[] keys = candidates.keys(candidates.size);
    int count = 0;
    for (int i = 0; i < candidates.size; i++) {
      if (weights[i] >= least) {
        keys[count++] = candidates.key(i);
      }
    }
    Arrays.sort(keys, 0, count);
    candidates.keepFrom(keys[count - kept(keys, count, max, total.value())]);
  }

  // Apart, with nothing but arrays, so that the JIT can overlap the iterations.
  private static void weigh(float[] logits, double[] weights, int size, float max) {
    for (int i = 0; i < size; i++) {
      weights[i] = exp((double) logits[i] - max);
    }
  }

  /// How many of the keys, best first, are kept.
  private int kept(long[] keys, int count, float max, double total) {
    if (p == 1) {
      return count;
    }
    CompensatedSum sum = new CompensatedSum();
    for (int n = 0; n < count; n++) {
      sum.add(exp((double) Candidates.logit(keys[count - 1 - n]) - max));
      switch (rule) {
        case INCLUSIVE -> {
          if (sum.value() >= p * total) {
            return n + 1;
          }
        }
        case EXCLUSIVE -> {
          if (sum.value() > p * total) {
            return Math.max(n, 1);
          }
        }
      }
    }
    return count;
  }

  /// A sum in double that remembers what rounding took (Neumaier, 1974).
  private static final class CompensatedSum {
    private double sum;
    private double lost;

    void add(double x) {
      double next = sum + x;
      lost += Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum;
      sum = next;
    }

    double value() {
      return sum + lost;
    }
  }

  private static final double LOG2_E = 1.4426950408889634;
  private static final double LN2_HIGH = 0.693147180369123816490;
  private static final double LN2_LOW = 1.90821492927058770002e-10;
  private static final double ROUNDER = 0x1.8p52; // adding it rounds to the nearest integer

  /// e^x for x ≤ 0, 0 below −700; a few ulp, made of additions and fused multiply-adds only, so
  /// that every device can repeat it.
  static double exp(double x) {
    if (!(x >= -700)) {
      return 0;
    }
    double n = Math.fma(x, LOG2_E, ROUNDER) - ROUNDER;
    double r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
    double y = Math.fma(1 / 6227020800.0, r, 1 / 479001600.0); // Taylor: 1/13!, 1/12! …
    y = Math.fma(y, r, 1 / 39916800.0);
    y = Math.fma(y, r, 1 / 3628800.0);
    y = Math.fma(y, r, 1 / 362880.0);
    y = Math.fma(y, r, 1 / 40320.0);
    y = Math.fma(y, r, 1 / 5040.0);
    y = Math.fma(y, r, 1 / 720.0);
    y = Math.fma(y, r, 1 / 120.0);
    y = Math.fma(y, r, 1 / 24.0);
    y = Math.fma(y, r, 1 / 6.0);
    y = Math.fma(y, r, 0.5);
    y = Math.fma(y, r, 1);
    y = Math.fma(y, r, 1);
    return y * Double.longBitsToDouble((long) ((int) n + 1023) << 52);
  }
}
