package dev.weft.decoding;

import java.util.Arrays;

/// Where the last n − 1 ids of a history stood before. Follows the history as it grows: positions
/// are chained by a hash of the n − 1 ids in front of them, so that a step costs the occurrences,
/// not the history.
final class NgramIndex {
  private final int context; // n − 1, at least 1
  private int indexed; // positions below this are in the chains
  private int[] heads = new int[64]; // by hash: 1 + the newest position, or 0
  private int[] links = new int[64]; // by position: 1 + the one before it in its chain, or 0

  NgramIndex(int n) {
    context = n - 1;
    indexed = context;
  }

  int n() {
    return context + 1;
  }

  void follow(History history) {
    if (history.length() > links.length) {
      links = Arrays.copyOf(links, Math.max(history.length(), 2 * links.length));
      heads = new int[Integer.highestOneBit(links.length) * 2];
      indexed = context; // chains depend on the number of heads
    }
    for (; indexed < history.length(); indexed++) {
      int head = hash(history, indexed);
      links[indexed] = heads[head];
      heads[head] = indexed + 1;
    }
  }

  /// The newest position whose n − 1 ids before are the history's last n − 1, or −1.
  int newest(History history) {
    return history.length() < context ? -1 : match(history, heads[hash(history, history.length())]);
  }

  /// The next older such position after `position`, or −1.
  int older(History history, int position) {
    return match(history, links[position]);
  }

  private int match(History history, int link) {
    while (link != 0) {
      int position = link - 1;
      int same = 1;
      while (same <= context
          && history.id(position - same) == history.id(history.length() - same)) {
        same++;
      }
      if (same > context) {
        return position;
      }
      link = links[position];
    }
    return -1;
  }

  private int hash(History history, int position) {
    int hash = 0;
    for (int i = position - context; i < position; i++) {
      hash = (hash + history.id(i)) * 0x9e3779b9;
      hash ^= hash >>> 15;
    }
    return hash & (heads.length - 1);
  }
}
