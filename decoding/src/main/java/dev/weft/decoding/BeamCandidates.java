package dev.weft.decoding;

import java.util.Arrays;

/// The possible next tokens of several beams, handed out from the best to the worst: by rank, of
/// equal ones the smaller beam first, of one beam's the larger logit, then the smaller id. A heap,
/// as only the first few are asked for; reused from step to step.
final class BeamCandidates {
  private int[] beams = new int[0];
  private int[] ids = new int[0];
  private float[] logits = new float[0];
  private double[] logProbabilities = new double[0];
  private double[] ranks = new double[0];
  private int[] heap = new int[0];
  private int size;
  private int left;

  /// Forgets all and makes room for `count`.
  void clear(int count) {
    size = 0;
    left = 0;
    if (ids.length < count) {
      beams = new int[count];
      ids = new int[count];
      logits = new float[count];
      logProbabilities = new double[count];
      ranks = new double[count];
      heap = new int[count];
      Arrays.setAll(heap, i -> i);
    }
  }

  void add(int beam, int id, float logit, double logProbability, double rank) {
    beams[size] = beam;
    ids[size] = id;
    logits[size] = logit;
    logProbabilities[size] = logProbability;
    ranks[size] = rank;
    heap[size] = size;
    size++;
  }

  /// After all were added: makes [#next] ready.
  void order() {
    left = size;
    for (int i = left / 2 - 1; i >= 0; i--) {
      sink(i);
    }
  }

  /// The best of those left, or −1.
  int next() {
    if (left == 0) {
      return -1;
    }
    int best = heap[0];
    heap[0] = heap[--left];
    sink(0);
    return best;
  }

  int beam(int candidate) {
    return beams[candidate];
  }

  int id(int candidate) {
    return ids[candidate];
  }

  double logProbability(int candidate) {
    return logProbabilities[candidate];
  }

  private void sink(int i) {
    int moving = heap[i];
    for (int child = 2 * i + 1; child < left; child = 2 * i + 1) {
      if (child + 1 < left && before(heap[child + 1], heap[child])) {
        child++;
      }
      if (!before(heap[child], moving)) {
        break;
      }
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = moving;
  }

  private boolean before(int a, int b) {
    if (ranks[a] != ranks[b]) {
      return ranks[a] > ranks[b];
    }
    if (beams[a] != beams[b]) {
      return beams[a] < beams[b];
    }
    return logits[a] != logits[b] ? logits[a] > logits[b] : ids[a] < ids[b];
  }
}
