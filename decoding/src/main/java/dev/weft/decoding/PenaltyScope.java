package dev.weft.decoding;

/// Which ids of a history a penalty counts.
///
/// @param prompt whether those of the prompt count
/// @param last how many at most, from the end; at least 0
public record PenaltyScope(boolean prompt, int last) {
  /// Prompt and generated ids.
  public static final PenaltyScope ALL = new PenaltyScope(true, Integer.MAX_VALUE);

  /// Generated ids only, as the documentation of OpenAI's interface says, and vLLM does.
  public static final PenaltyScope GENERATED = new PenaltyScope(false, Integer.MAX_VALUE);

  private static final double LARGEST_REWARD = 1e30;

  public PenaltyScope {
    if (last < 0) {
      throw new IllegalArgumentException(
          "a penalty counts the last n ids, n at least 0, but n is " + last);
    }
  }

  /// The last `n` ids, prompt included, as llama.cpp does with n = 64; 0 counts none.
  public static PenaltyScope lastN(int n) {
    return new PenaltyScope(true, n);
  }

  /// Throws for a penalty that is not finite, or a reward that would make F32 logits infinite.
  static void requireBearable(String filter, double value) {
    if (!(value >= -LARGEST_REWARD && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          filter + " must be finite and at least -1e30, which F32 logits bear, but is " + value);
    }
  }

  /// The first position of `history` that counts.
  int start(History history) {
    return Math.max(prompt ? 0 : history.promptLength(), history.length() - last);
  }

  @Override
  public String toString() {
    String what = prompt ? "all" : "generated";
    return last == Integer.MAX_VALUE ? what : "last " + last + (prompt ? "" : " " + what);
  }
}
