package dev.weft.decoding;

import java.util.Arrays;

/// Keeps only the given ids.
public final class AllowedWords implements Filter {
  private final int[] ids; // ascending

  /// Throws for no ids at all.
  public AllowedWords(int... ids) {
    if (ids.length == 0) {
      throw new IllegalArgumentException("allowed words: at least one id must be allowed");
    }
    this.ids = ids.clone();
    Arrays.sort(this.ids);
  }

  /// Throws for an id outside the vocabulary.
  @Override
  public void apply(Candidates candidates, History history) {
    candidates.requireInVocabulary("allowed words", ids[0]);
    candidates.requireInVocabulary("allowed words", ids[ids.length - 1]);
    int next = 0;
    for (int i = 0; i < candidates.size; i++) {
      while (next < ids.length && ids[next] < candidates.ids[i]) {
        next++;
      }
      if (next == ids.length || ids[next] != candidates.ids[i]) {
        candidates.logits[i] = Float.NEGATIVE_INFINITY;
      }
    }
    candidates.keepPossible();
  }

  @Override
  public String name() {
    return "allowed words";
  }

  @Override
  public String toString() {
    return "AllowedWords" + Arrays.toString(ids);
  }
}
