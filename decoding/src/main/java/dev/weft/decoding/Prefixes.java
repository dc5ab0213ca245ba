package dev.weft.decoding;

import java.util.Arrays;

/// Everything that a beam search has generated, as a tree of tokens with parent pointers: a beam is
/// the number of its last token, and no prefix is ever copied. Node 0 is the prompt.
final class Prefixes {
  private final TokenTree tree = new TokenTree();
  private int[] lengths = new int[64];
  private double[] scores = new double[64];

  Prefixes() {
    add(TokenTree.ROOT, -1, 0);
  }

  /// A token after the tokens of `parent`; returns its number.
  int add(int parent, int token, double score) {
    int node = tree.add(parent, token);
    if (node == lengths.length) {
      lengths = Arrays.copyOf(lengths, 2 * node);
      scores = Arrays.copyOf(scores, 2 * node);
    }
    lengths[node] = node == 0 ? 0 : lengths[parent] + 1;
    scores[node] = score;
    return node;
  }

  int token(int node) {
    return tree.id(node);
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
    for (int i = at + lengths[node]; i > at; node = tree.parent(node)) {
      ids[--i] = tree.id(node);
    }
  }
}
