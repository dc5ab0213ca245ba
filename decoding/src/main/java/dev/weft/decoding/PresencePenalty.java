package dev.weft.decoding;

/// Logits minus a penalty for each token that stands in the history, however often: l − value ·
/// (count > 0). From the documentation of OpenAI's interface.
///
/// @param value finite, at least −1e30; negative rewards repetition, 0 changes nothing
/// @param scope which ids of the history count
public record PresencePenalty(double value, PenaltyScope scope) implements Filter {
  public PresencePenalty {
    PenaltyScope.requireBearable("presence penalty", value);
  }

  /// Counting prompt and generated ids.
  public PresencePenalty(double value) {
    this(value, PenaltyScope.ALL);
  }

  /// Throws for an id in the scope that the vocabulary doesn't have.
  @Override
  public void apply(Candidates candidates, History history) {
    TokenCounts counts = history.counts(scope);
    counts.requireInVocabulary("presence penalty", candidates.vocabularySize(), history);
    if (value == 0) {
      return;
    }
    for (int i = 0; i < counts.size(); i++) {
      int index = candidates.indexOf(counts.id(i));
      if (index >= 0) {
        candidates.logits[index] = (float) (candidates.logits[index] - value);
      }
    }
  }

  @Override
  public String name() {
    return "presence penalty " + value;
  }
}
