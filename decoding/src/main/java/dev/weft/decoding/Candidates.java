package dev.weft.decoding;

import java.util.Arrays;

/// The tokens that may come next, as two parallel arrays: ids, ascending, and their logits. Loaded
/// afresh for each draw and reused; filters change the logits or keep fewer, and keep the order.
public final class Candidates {
  int[] ids = new int[0];
  float[] logits = new float[0];
  int size;
  private int vocabulary;
  private int[] everyId = new int[0]; // 0, 1, 2 …: what `ids` is until a filter keeps fewer
  private int[] keptIds = new int[0];
  private long[] keys = new long[0];
  private long[] masses = new long[0];
  private double[] sums = new double[0];

  /// Takes all tokens of a vocabulary with a copy of logits[offset …].
  public Candidates load(float[] source, int offset, int vocabularySize) {
    if (everyId.length < vocabularySize) {
      everyId = new int[vocabularySize];
      Arrays.setAll(everyId, i -> i);
      logits = new float[vocabularySize];
    }
    ids = everyId;
    vocabulary = vocabularySize;
    size = vocabularySize;
    System.arraycopy(source, offset, logits, 0, size);
    return this;
  }

  /// Tokens that are left.
  public int size() {
    return size;
  }

  /// Tokens that there were at first.
  public int vocabularySize() {
    return vocabulary;
  }

  /// The id of candidate `index`.
  public int id(int index) {
    return ids[index];
  }

  /// The logit of candidate `index`.
  public float logit(int index) {
    return logits[index];
  }

  /// Changes the logit of candidate `index`; −∞ makes it impossible.
  public void logit(int index, float value) {
    logits[index] = value;
  }

  /// Makes an id impossible, if it is a candidate.
  void ban(int id) {
    int index = indexOf(id);
    if (index >= 0) {
      logits[index] = Float.NEGATIVE_INFINITY;
    }
  }

  void requireInVocabulary(String filter, int id) {
    if (id < 0 || id >= vocabulary) {
      throw new IllegalArgumentException(
          filter + ": id " + id + " is outside the vocabulary of " + vocabulary);
    }
  }

  /// Where an id stands, or −1 when it is no candidate (any more).
  public int indexOf(int id) {
    if (size == vocabulary) {
      return id >= 0 && id < vocabulary ? id : -1;
    }
    int index = Arrays.binarySearch(ids, 0, size, id);
    return index < 0 ? -1 : index;
  }

  /// Candidate `index` as a number that orders candidates: the better the larger, by logit, then by
  /// the smaller id. NaN counts as largest, so that it isn't filtered out unseen.
  long key(int index) {
    return key(logits[index], ids[index]);
  }

  /// The key of a logit and an id.
  static long key(float logit, int id) {
    int bits = Float.floatToIntBits(logit + 0f); // + 0 makes −0 equal to 0
    int ordered = bits ^ ((bits >> 31) & 0x7fffffff);
    return (long) ordered << 32 | (0xffffffffL - id);
  }

  /// Scratch for `count` keys, reused.
  long[] keys(int count) {
    if (keys.length < count) {
      keys = new long[count];
    }
    return keys;
  }

  /// Scratch for a mass of each candidate, reused.
  long[] masses() {
    if (masses.length < size) {
      masses = new long[vocabulary];
    }
    return masses;
  }

  /// Scratch of `count` sums, reused, all zero.
  double[] sums(int count) {
    if (sums.length < count) {
      sums = new double[count];
    }
    Arrays.fill(sums, 0, count, 0);
    return sums;
  }

  /// The least key that a candidate of this logit can have.
  static long leastKey(float logit) {
    return key(logit, Integer.MAX_VALUE);
  }

  /// Drops the candidates of logit −∞.
  void keepPossible() {
    keepFrom(leastKey(-Float.MAX_VALUE));
  }

  /// Leaves one token, with a logit of 0, whether it was still a candidate or not.
  void keepOnly(int id) {
    keptIds = ensure(keptIds);
    ids = keptIds;
    ids[0] = id;
    logits[0] = 0;
    size = 1;
  }

  /// Keeps the candidates whose key is at least `least`.
  void keepFrom(long least) {
    keptIds = ensure(keptIds);
    float leastLogit = logit(least);
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (!(logits[i] < leastLogit) && key(i) >= least) {
        keptIds[kept] = ids[i];
        logits[kept++] = logits[i];
      }
    }
    ids = keptIds;
    size = kept;
  }

  private int[] ensure(int[] array) {
    return array.length < vocabulary ? new int[vocabulary] : array;
  }

  /// The logit in a key.
  static float logit(long key) {
    int ordered = (int) (key >> 32);
    return Float.intBitsToFloat(ordered ^ ((ordered >> 31) & 0x7fffffff));
  }

  /// The logits by id, −∞ where a token is no candidate any more.
  public float[] toLogits() {
    float[] all = new float[vocabulary];
    Arrays.fill(all, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < size; i++) {
      all[ids[i]] = logits[i];
    }
    return all;
  }
}
