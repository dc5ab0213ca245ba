package dev.weft.decoding;

import java.util.Arrays;

/// An n-gram language model with back-off, the baseline that a neural model has to beat:
/// interpolated Kneser–Ney smoothing with one discount per order (Kneser and Ney, 1995; Chen and
/// Goodman, 1999, section 4.1). The highest order counts occurrences; a lower order counts in how
/// many contexts an n-gram is seen; below the unigrams stands the uniform distribution.
///
/// Probabilities of one history sum to 1 over the vocabulary. Histories do not cross a document's
/// start. N-grams are told apart by a 64-bit hash.
public final class NgramModel {
  private final int order;
  private final int vocabularySize;
  private final Counts[] ngrams; // [k]: n-grams of k + 1 tokens
  private final Counts[] contexts; // [k]: the first k tokens of those, by the sum of their counts
  private final Counts[] followers; // [k]: the same, by how many different n-grams begin so
  private final double[] discounts;

  /// Counts of distinct keys, sorted by key.
  private record Counts(long[] keys, int[] counts) {
    int of(long key) {
      int at = Arrays.binarySearch(keys, key);
      return at < 0 ? 0 : counts[at];
    }
  }

  private NgramModel(int order, int vocabularySize) {
    this.order = order;
    this.vocabularySize = vocabularySize;
    ngrams = new Counts[order];
    contexts = new Counts[order];
    followers = new Counts[order];
    discounts = new double[order];
  }

  /// Counts n-grams of up to `order` tokens in the documents.
  ///
  /// @throws IllegalArgumentException when the order is below 1, or an id is outside 0 … V − 1
  public static NgramModel train(int[][] documents, int vocabularySize, int order) {
    if (order < 1) {
      throw new IllegalArgumentException("ngram: the order must be at least 1 but is " + order);
    }
    for (int[] document : documents) {
      for (int id : document) {
        if (id < 0 || id >= vocabularySize) {
          throw new IllegalArgumentException(
              "ngram: id " + id + " is outside 0 … " + (vocabularySize - 1));
        }
      }
    }
    NgramModel model = new NgramModel(order, vocabularySize);
    for (int k = order - 1; k >= 0; k--) {
      model.count(documents, k);
    }
    return model;
  }

  private void count(int[][] documents, int k) {
    boolean highest = k == order - 1;
    Gram[] grams = highest ? occurrences(documents, k) : distinctContinuations(documents, k);
    long[] whole = new long[grams.length];
    for (int i = 0; i < grams.length; i++) {
      whole[i] = grams[i].key(k + 1);
    }
    ngrams[k] = tally(whole);
    discounts[k] = discount(ngrams[k]);
    long[] begun = new long[grams.length];
    for (int i = 0; i < grams.length; i++) {
      begun[i] = grams[i].key(k);
    }
    contexts[k] = tally(begun);
    followers[k] = tally(distinctBeginnings(grams, k));
  }

  /// Where an n-gram stands.
  private record Gram(int[] document, int start) {
    long key(int length) {
      return NgramModel.key(document, start, start + length);
    }
  }

  private static Gram[] occurrences(int[][] documents, int k) {
    int total = 0;
    for (int[] document : documents) {
      total += Math.max(0, document.length - k);
    }
    Gram[] grams = new Gram[total];
    int next = 0;
    for (int[] document : documents) {
      for (int start = 0; start + k < document.length; start++) {
        grams[next++] = new Gram(document, start);
      }
    }
    return grams;
  }

  /// One n-gram of k + 1 tokens for each different n-gram of k + 2 tokens that ends in it, and one
  /// for each document that begins with it.
  private static Gram[] distinctContinuations(int[][] documents, int k) {
    Gram[] longer = occurrences(documents, k + 1);
    Gram[] kept = distinct(longer, k + 2);
    Gram[] grams = new Gram[kept.length + documents.length];
    int next = 0;
    for (Gram gram : kept) {
      grams[next++] = new Gram(gram.document, gram.start + 1);
    }
    for (int[] document : documents) {
      if (document.length > k) {
        grams[next++] = new Gram(document, 0);
      }
    }
    return Arrays.copyOf(grams, next);
  }

  private static long[] distinctBeginnings(Gram[] grams, int k) {
    Gram[] kept = distinct(grams, k + 1);
    long[] keys = new long[kept.length];
    for (int i = 0; i < kept.length; i++) {
      keys[i] = kept[i].key(k);
    }
    return keys;
  }

  private static Gram[] distinct(Gram[] grams, int length) {
    Gram[] kept = new Gram[grams.length];
    int next = 0;
    var seen = new java.util.HashSet<Long>(grams.length * 2);
    for (Gram gram : grams) {
      if (seen.add(gram.key(length))) {
        kept[next++] = gram;
      }
    }
    return Arrays.copyOf(kept, next);
  }

  private static Counts tally(long[] keys) {
    long[] sorted = keys.clone();
    Arrays.sort(sorted);
    long[] distinct = new long[sorted.length];
    int[] counts = new int[sorted.length];
    int size = 0;
    for (int i = 0; i < sorted.length; i++) {
      if (i == 0 || sorted[i] != sorted[i - 1]) {
        distinct[size++] = sorted[i];
      }
      counts[size - 1]++;
    }
    return new Counts(Arrays.copyOf(distinct, size), Arrays.copyOf(counts, size));
  }

  /// n1 / (n1 + 2 n2) with n1, n2 the numbers of n-grams counted once and twice; ½ where there is
  /// none.
  private static double discount(Counts counts) {
    long once = 0;
    long twice = 0;
    for (int count : counts.counts) {
      once += count == 1 ? 1 : 0;
      twice += count == 2 ? 1 : 0;
    }
    return once == 0 ? 0.5 : (double) once / (once + 2.0 * twice);
  }

  /// ln P(token | the last order − 1 ids of history).
  public double logProbability(int[] history, int token) {
    return logProbability(history, 0, history.length, token);
  }

  private double logProbability(int[] ids, int from, int to, int token) {
    double probability = 1.0 / vocabularySize;
    int longest = Math.min(order - 1, to - from);
    for (int k = 0; k <= longest; k++) {
      long context = key(ids, to - k, to);
      int total = contexts[k].of(context);
      if (total == 0) {
        break;
      }
      int seen = ngrams[k].of(extend(context, token));
      double discount = discounts[k];
      double left = discount * followers[k].of(context) / total;
      probability = Math.max(seen - discount, 0) / total + left * probability;
    }
    return StrictMath.log(probability);
  }

  /// Σ ln P over the tokens of a document from position `from`, each given all before it.
  public double logProbabilityOf(int[] document, int from) {
    double sum = 0;
    for (int i = from; i < document.length; i++) {
      sum += logProbability(document, 0, i, document[i]);
    }
    return sum;
  }

  private static long key(int[] ids, int from, int to) {
    long key = 0;
    for (int i = from; i < to; i++) {
      key = extend(key, ids[i]);
    }
    return key;
  }

  /// One step of a 64-bit hash: the finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
  private static long extend(long key, int id) {
    long z = key * 0x9E3779B97F4A7C15L + id + 1;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
