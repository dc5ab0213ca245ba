package dev.weft.decoding;

/// Makes tokens of the history less likely by a factor: a positive logit is divided by it, one that
/// isn't is multiplied, in F32. Keskar, McCann, Varshney, Xiong and Socher, "CTRL: a conditional
/// transformer language model for controllable generation", 2019, who only divide; dividing a
/// negative logit would make its token likelier, so every program multiplies there.
///
/// Not invariant to a shift of all logits: what it does depends on where a model puts its zero, and
/// a logit of 0 stays as it is. It doesn't commute with penalties that subtract.
///
/// @param factor above 0 and finite; above 1 penalises, below rewards, 1 changes nothing
/// @param scope which ids of the history count
public record RepetitionPenalty(double factor, PenaltyScope scope) implements Filter {
  public RepetitionPenalty {
    if (!((float) factor > 0 && (float) factor < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "repetition penalty must be above 0 and finite, as F32, but is " + factor);
    }
  }

  /// Counting prompt and generated ids.
  public RepetitionPenalty(double factor) {
    this(factor, PenaltyScope.ALL);
  }

  /// Throws for an id in the scope that the vocabulary doesn't have.
  @Override
  public void apply(Candidates candidates, History history) {
    TokenCounts counts = history.counts(scope);
    counts.requireInVocabulary("repetition penalty", candidates.vocabularySize(), history);
    float by = (float) factor;
    for (int i = 0; i < counts.size(); i++) {
      int index = candidates.indexOf(counts.id(i));
      if (index >= 0) {
        float logit = candidates.logits[index];
        candidates.logits[index] = logit > 0 ? logit / by : logit * by;
      }
    }
  }

  @Override
  public String name() {
    return "repetition penalty " + factor;
  }
}
