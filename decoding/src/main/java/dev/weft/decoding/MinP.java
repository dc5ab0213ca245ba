package dev.weft.decoding;

/// Keeps the candidates at least p times as likely as the likeliest: few where the model is sure,
/// many where it isn't. Nguyen, Baker, Neo, Roush, Kirsch and Shwartz-Ziv, "Turning up the heat:
/// min-p sampling for creative and coherent LLM outputs", 2024.
///
/// Kept is what has logit ≥ max + ln p, in double; that is probability ≥ p · the largest
/// probability. Temperature divides this distance too, so min-p before temperature cuts otherwise
/// than after it.
///
/// @param p in [0, 1]; 0 keeps all, 1 the likeliest and its equals
/// @param minKept keep so many at least, by logit and then by smaller id; at least 1
public record MinP(double p, int minKept) implements Filter {
  public MinP {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("Min-p must be a probability but is " + p);
    }
    TopP.requireMinKept("min-p", minKept);
  }

  /// Keeping at least one.
  public MinP(double p) {
    this(p, 1);
  }

  @Override
  public void apply(Candidates candidates, History history) {
    double bound = Categorical.max(candidates) + StrictMath.log(p);
    if (minKept >= candidates.size) {
      return;
    }
    float least = (float) bound;
    if (least < bound) {
      least = Math.nextUp(least);
    }
    long key = Candidates.leastKey(least);
    candidates.keepFrom(minKept == 1 ? key : Math.min(key, TopK.least(candidates, minKept)));
  }

  @Override
  public String name() {
    return "min-p " + p;
  }
}
