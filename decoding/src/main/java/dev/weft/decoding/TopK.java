package dev.weft.decoding;

/// Keeps the k candidates of largest logit. Fan, Lewis and Dauphin, "Hierarchical neural story
/// generation", 2018.
///
/// @param k at least 1; as many as there are keeps all
/// @param ties what happens to candidates as good as the k-th
public record TopK(int k, Ties ties) implements Filter {
  public TopK {
    if (k < 1) {
      throw new IllegalArgumentException("top-k must keep at least 1 but k is " + k);
    }
  }

  /// Exactly k; of equal ones the smaller ids.
  public TopK(int k) {
    this(k, Ties.SMALLER_ID);
  }

  @Override
  public void apply(Candidates candidates, History history) {
    if (k >= candidates.size) {
      return;
    }
    long least = least(candidates, k);
    switch (ties) {
      case SMALLER_ID -> candidates.keepFrom(least);
      case KEEP_ALL -> candidates.keepFrom(Candidates.leastKey(Candidates.logit(least)));
    }
  }

  /// The k-th best key, of more than k candidates.
  static long least(Candidates candidates, int k) {
    // A heap of the k best so far, the worst of them on top.
    long[] heap = candidates.keys(k);
    for (int i = 0; i < k; i++) {
      heap[i] = candidates.key(i);
    }
    for (int i = k / 2 - 1; i >= 0; i--) {
      siftDown(heap, k, i, heap[i]);
    }
    float worst = Candidates.logit(heap[0]);
    for (int i = k; i < candidates.size; i++) {
      if (candidates.logits[i] < worst) {
        continue; // most of them
      }
      long key = candidates.key(i);
      if (key > heap[0]) {
        siftDown(heap, k, 0, key);
        worst = Candidates.logit(heap[0]);
      }
    }
    return heap[0];
  }

  private static void siftDown(long[] heap, int k, int hole, long key) {
    for (int child = 2 * hole + 1; child < k; child = 2 * hole + 1) {
      if (child + 1 < k && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= key) {
        break;
      }
      heap[hole] = heap[child];
      hole = child;
    }
    heap[hole] = key;
  }

  @Override
  public String name() {
    return "top-k " + k;
  }
}
