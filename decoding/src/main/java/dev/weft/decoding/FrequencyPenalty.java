package dev.weft.decoding;

/// Logits minus a penalty for each time that the token stands in the history, prompt included.
///
/// @param value finite; negative rewards repetition, 0 changes nothing
public record FrequencyPenalty(double value) implements Filter {
  public FrequencyPenalty {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("frequency penalty must be finite but is " + value);
    }
  }

  @Override
  public void apply(Candidates candidates, History history) {
    requireInVocabulary(candidates, history);
    if (value == 0) {
      return;
    }
    int[] counts = candidates.counts();
    for (int i = 0; i < history.length(); i++) {
      counts[history.id(i)]++;
    }
    for (int i = 0; i < history.length(); i++) {
      int id = history.id(i);
      int index = candidates.indexOf(id);
      if (counts[id] > 0 && index >= 0) {
        candidates.logits[index] = (float) (candidates.logits[index] - value * counts[id]);
      }
      counts[id] = 0;
    }
  }

  private static void requireInVocabulary(Candidates candidates, History history) {
    for (int i = 0; i < history.length(); i++) {
      int id = history.id(i);
      if (id < 0 || id >= candidates.vocabularySize()) {
        throw new IllegalArgumentException(
            "frequency penalty: id "
                + id
                + " at position "
                + i
                + " of the history is outside the vocabulary of "
                + candidates.vocabularySize());
      }
    }
  }
}
