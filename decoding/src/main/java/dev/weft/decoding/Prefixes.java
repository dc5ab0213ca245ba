package dev.weft.decoding;

import java.util.Arrays;

/// Everything that a beam search has generated, as a tree of tokens with parent pointers: a beam is
/// the number of its last token, and no prefix is ever copied. Node 0 is the prompt.
final class Prefixes {
  private int[] parents = new int[64];
  private int[] tokens = new int[64];
  private int[] lengths = new int[64];
  private double[] scores = new double[64];
  private int size;

  Prefixes() {
    add(-1, -1, 0);
  }

  /// A token after the tokens of `parent`; returns its number.
  int add(int parent, int token, double score) {
    if (size == parents.length) {
      parents = Arrays.copyOf(parents, 2 * size);
      tokens = Arrays.copyOf(tokens, 2 * size);
      lengths = Arrays.copyOf(lengths, 2 * size);
      scores = Arrays.copyOf(scores, 2 * size);
    }
    parents[size] = parent;
    tokens[size] = token;
    lengths[size] = parent < 0 ? 0 : lengths[parent] + 1;
    scores[size] = score;
    return size++;
  }

  int token(int node) {
    return tokens[node];
  }

  /// The sum of the log-probabilities from the prompt to here.
  double score(int node) {
    return scores[node];
  }

  /// Generated tokens up to here.
  int length(int node) {
    return lengths[node];
  }

  /// Writes the generated tokens up to here to `ids` from `at` on.
  void write(int node, int[] ids, int at) {
    for (int i = at + lengths[node]; i > at; node = parents[node]) {
      ids[--i] = tokens[node];
    }
  }
}
