package dev.weft.decoding;

/// When a sequence ends. Asked before each token, the first one included.
@FunctionalInterface
public interface Stop {
  /// Why the sequence is finished, or null when it goes on.
  FinishReason check(History history);

  /// Strings that end the text before them; the text that is shown waits while it could still
  /// become one of them.
  default String[] strings() {
    return new String[0];
  }

  /// After `count` generated tokens; 0 generates none.
  static Stop maxTokens(int count) {
    if (count < 0) {
      throw new IllegalArgumentException("max tokens must be ≥ 0 but is " + count);
    }
    return history -> history.generated() >= count ? FinishReason.MAX_TOKENS : null;
  }

  /// After any of these ids was generated.
  static Stop endTokens(int... ids) {
    int[] ends = ids.clone();
    return history -> {
      if (history.generated() > 0) {
        for (int end : ends) {
          if (history.last() == end) {
            return FinishReason.END_TOKEN;
          }
        }
      }
      return null;
    };
  }

  /// When the generated text holds any of these strings, across token borders; needs a generator
  /// with a tokenizer.
  static Stop strings(String... strings) {
    String[] wanted = strings.clone();
    for (String string : wanted) {
      if (string.isEmpty()) {
        throw new IllegalArgumentException("stop strings must not be empty");
      }
    }
    return new Stop() {
      @Override
      public FinishReason check(History history) {
        int at = history.text().find(wanted);
        if (at < 0) {
          return null;
        }
        history.text().cutAt(at);
        return FinishReason.STOP_STRING;
      }

      @Override
      public String[] strings() {
        return wanted.clone();
      }
    };
  }
}
