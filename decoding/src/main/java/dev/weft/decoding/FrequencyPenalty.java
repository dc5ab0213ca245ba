package dev.weft.decoding;

/// Logits minus a penalty for each time that the token stands in the history: l − value · count.
/// The documentation of OpenAI's interface has this formula; the lessons and llama.cpp use it too.
///
/// @param value finite, at least −1e30; negative rewards repetition, 0 changes nothing
/// @param scope which ids of the history count
public record FrequencyPenalty(double value, PenaltyScope scope) implements Filter {
  public FrequencyPenalty {
    PenaltyScope.requireBearable("frequency penalty", value);
  }

  /// Counting prompt and generated ids.
  public FrequencyPenalty(double value) {
    this(value, PenaltyScope.ALL);
  }

  /// Throws for an id in the scope that the vocabulary doesn't have.
  @Override
  public void apply(Candidates candidates, History history) {
    TokenCounts counts = history.counts(scope);
    counts.requireInVocabulary("frequency penalty", candidates.vocabularySize(), history);
    if (value == 0) {
      return;
    }
    for (int i = 0; i < counts.size(); i++) {
      int index = candidates.indexOf(counts.id(i));
      if (index >= 0) {
        candidates.logits[index] = (float) (candidates.logits[index] - value * counts.count(i));
      }
    }
  }

  @Override
  public String name() {
    return "frequency penalty " + value;
  }
}
