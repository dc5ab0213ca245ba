package dev.weft.decoding;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Predicate;

/// When a sequence ends. Asked before the first token and after each.
@FunctionalInterface
public interface Stop {
  /// Why the sequence is finished, or null when it goes on.
  FinishReason check(History history);

  /// The rule for one run, called when the run begins; a rule with a memory returns a fresh one.
  default Stop begin() {
    return this;
  }

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

  /// After the first token that is there when `time` has passed since the run began: what is under
  /// way is finished, and at least one token is drawn.
  static Stop maxTime(Duration time) {
    return maxTime(time, InstantSource.system());
  }

  /// [#maxTime(Duration)] by another clock.
  static Stop maxTime(Duration time, InstantSource clock) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("max time must be at least 0 but is " + time);
    }
    return new Stop() {
      @Override
      public Stop begin() {
        Instant end = clock.instant().plus(time);
        return history ->
            history.generated() > 0 && !clock.instant().isBefore(end)
                ? FinishReason.MAX_TIME
                : null;
      }

      @Override
      public FinishReason check(History history) {
        throw new IllegalStateException("max time: the run has not begun; call begin() first");
      }
    };
  }

  /// When a rule of the caller's own holds.
  static Stop when(Predicate<History> rule) {
    return history -> rule.test(history) ? FinishReason.STOPPED : null;
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
