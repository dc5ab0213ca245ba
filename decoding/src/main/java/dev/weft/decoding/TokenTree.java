package dev.weft.decoding;

import java.util.Arrays;

/// Ids with a pointer each to the one before it, so that rows share what they have in common, and a
/// row that goes on as another was costs nothing, however long it is.
final class TokenTree {
  /// Before the first id.
  static final int ROOT = -1;

  private int[] parents = new int[64];
  private int[] ids = new int[64];
  private int size;

  /// A node for `id` after `parent`.
  int add(int parent, int id) {
    if (size == ids.length) {
      parents = Arrays.copyOf(parents, 2 * size);
      ids = Arrays.copyOf(ids, 2 * size);
    }
    parents[size] = parent;
    ids[size] = id;
    return size++;
  }

  /// The id of a node.
  int id(int node) {
    return ids[node];
  }

  /// The node before one.
  int parent(int node) {
    return parents[node];
  }

  /// The `length` ids from the first to a node.
  int[] path(int node, int length) {
    int[] path = new int[length];
    for (int i = length - 1; i >= 0; i--) {
      path[i] = ids[node];
      node = parents[node];
    }
    return path;
  }
}
