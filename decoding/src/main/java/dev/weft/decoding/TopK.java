package dev.weft.decoding;

/// Keeps exactly the k candidates of largest logit; of equal ones the smaller ids. Fan, Lewis and
/// Dauphin, "Hierarchical neural story generation", 2018.
///
/// @param k at least 1; as many as there are keeps all
public record TopK(int k) implements Filter {
  public TopK {
    if (k < 1) {
      throw new IllegalArgumentException("top-k must keep at least 1 but k is " + k);
    }
  }

  @Override
  public void apply(Candidates candidates, History history) {
    if (k >= candidates.size) {
      return;
    }
    // A heap of the k best so far, the worst of them on top.
    long[] heap = candidates.keys(k);
    for (int i = 0; i < k; i++) {
      heap[i] = candidates.key(i);
    }
    for (int i = k / 2 - 1; i >= 0; i--) {
      siftDown(heap, i, heap[i]);
    }
    float worst = Candidates.logit(heap[0]);
    for (int i = k; i < candidates.size; i++) {
      if (candidates.logits[i] < worst) {
        continue; // most of them
      }
      long key = candidates.key(i);
      if (key > heap[0]) {
        siftDown(heap, 0, key);
        worst = Candidates.logit(heap[0]);
      }
    }
    candidates.keepFrom(heap[0]);
  }

  private void siftDown(long[] heap, int hole, long key) {
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
}
