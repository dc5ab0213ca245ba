package dev.weft.decoding;

/// Logits divided by a temperature, in F32: below 1 sharper, above 1 flatter.
///
/// @param value above 0; a temperature of 0 means greedy and is no filter
public record Temperature(double value) implements Filter {
  public Temperature {
    if (!(value > 0)) {
      throw new IllegalArgumentException("temperature must be above 0 but is " + value);
    }
  }

  @Override
  public void apply(Candidates candidates, History history) {
    float divisor = (float) value;
    if (divisor != 1) {
      for (int i = 0; i < candidates.size; i++) {
        candidates.logits[i] /= divisor;
      }
    }
  }

  @Override
  public String name() {
    return "temperature " + value;
  }
}
