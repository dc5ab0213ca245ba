package dev.weft.decoding;

import java.util.stream.IntStream;

/// What filters leave.
final class Kept {
  private Kept() {}

  /// The ids that are still possible, ascending.
  static int[] ids(float[] logits, History history, Filter... filters) {
    float[] left = logits(logits, history, filters);
    return IntStream.range(0, left.length).filter(i -> left[i] > Float.NEGATIVE_INFINITY).toArray();
  }

  static int[] ids(float[] logits, Filter... filters) {
    return ids(logits, new History(), filters);
  }

  /// The logits by id after the filters.
  static float[] logits(float[] logits, History history, Filter... filters) {
    Candidates candidates = new Candidates().load(logits, 0, logits.length);
    for (Filter filter : filters) {
      filter.apply(candidates, history);
    }
    return candidates.toLogits();
  }

  /// A history of a prompt and generated ids.
  static History history(int[] prompt, int... generated) {
    History history = new History(prompt);
    for (int id : generated) {
      history.append(id);
    }
    return history;
  }
}
