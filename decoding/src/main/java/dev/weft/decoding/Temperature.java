package dev.weft.decoding;

/// Logits divided by a temperature, in F32: below 1 sharper, above 1 flatter.
///
/// What lies outside 1e-20 … the largest F32 divides as its end does: no softmax can tell, and a
/// smaller divisor would make logits infinite, a larger one −∞ no number.
///
/// @param value above 0; a temperature of 0 means greedy and is no filter
public record Temperature(double value) implements Filter {
  private static final float LEAST = 1e-20f;

  public Temperature {
    if (!(value > 0)) {
      throw new IllegalArgumentException("temperature must be above 0 but is " + value);
    }
  }

  @Override
  public void apply(Candidates candidates, History history) {
    float divisor = divisor();
    if (divisor != 1) {
      for (int i = 0; i < candidates.size; i++) {
        candidates.logits[i] /= divisor;
      }
    }
  }

  float divisor() {
    return Math.clamp((float) value, LEAST, Float.MAX_VALUE);
  }

  @Override
  public String name() {
    return "temperature " + value;
  }
}
