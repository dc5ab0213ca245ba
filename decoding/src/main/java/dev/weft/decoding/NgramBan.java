package dev.weft.decoding;

import java.util.Arrays;

/// The tokens that would complete an n-gram which a sequence, its prompt included, holds already
/// (Paulus, Xiong and Socher, 2018).
final class NgramBan {
  private final int n;
  private int[] history; // grows
  private final int promptLength;
  private final int[][] banned;
  private final int[] counts;

  /// For n-grams of `n` tokens, in `rows` sequences that begin with the prompt.
  NgramBan(int n, int rows, int[] prompt) {
    this.n = n;
    this.history = prompt.clone();
    this.promptLength = prompt.length;
    this.banned = new int[rows][0];
    this.counts = new int[rows];
  }

  /// Finds what may not follow the tokens up to `node`, in row `row`; returns how many ids.
  int find(int row, Prefixes prefixes, int node) {
    int length = promptLength + prefixes.length(node);
    if (length > history.length) {
      history = Arrays.copyOf(history, length + length / 2);
    }
    prefixes.write(node, history, promptLength);
    int found = 0;
    for (int start = 0; start + n <= length; start++) {
      if (repeats(start, length)) {
        if (found == banned[row].length) {
          banned[row] = Arrays.copyOf(banned[row], Math.max(8, 2 * found));
        }
        banned[row][found++] = history[start + n - 1];
      }
    }
    counts[row] = distinct(banned[row], found);
    return counts[row];
  }

  /// Whether the n − 1 tokens from `start` are the last ones.
  private boolean repeats(int start, int length) {
    for (int i = n - 2; i >= 0; i--) {
      if (history[start + i] != history[length - n + 1 + i]) {
        return false;
      }
    }
    return true;
  }

  /// Sorts the first `size` ids and leaves each once; returns how many.
  private static int distinct(int[] ids, int size) {
    Arrays.sort(ids, 0, size);
    int count = 0;
    for (int i = 0; i < size; i++) {
      if (i == 0 || ids[i] != ids[i - 1]) {
        ids[count++] = ids[i];
      }
    }
    return count;
  }

  boolean bans(int row, int id) {
    return Arrays.binarySearch(banned[row], 0, counts[row], id) >= 0;
  }
}
