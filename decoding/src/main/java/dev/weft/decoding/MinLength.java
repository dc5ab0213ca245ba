package dev.weft.decoding;

import java.util.Arrays;

/// Makes the end tokens impossible before enough tokens were generated. The prompt doesn't count
/// (Hugging Face's `min_new_tokens`; its `min_length` counts the prompt too).
public final class MinLength implements Filter {
  private final int tokens;
  private final int[] ends;

  /// At least `tokens` generated tokens before any of `ends`.
  public MinLength(int tokens, int... ends) {
    if (tokens < 0) {
      throw new IllegalArgumentException("minimum length must be at least 0 but is " + tokens);
    }
    if (ends.length == 0) {
      throw new IllegalArgumentException("minimum length: no end token is given to be held back");
    }
    this.tokens = tokens;
    this.ends = ends.clone();
  }

  @Override
  public void apply(Candidates candidates, History history) {
    if (history.generated() < tokens) {
      for (int end : ends) {
        candidates.ban(end);
      }
    }
  }

  @Override
  public String name() {
    return "minimum length " + tokens;
  }

  @Override
  public String toString() {
    return "MinLength[" + tokens + ", " + Arrays.toString(ends) + "]";
  }
}
