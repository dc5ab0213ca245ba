package dev.weft.decoding;

import java.util.Arrays;

/// How often each id stands in the part of a history that a penalty counts. Follows the history as
/// it grows, so that a step costs the ids that came and went, and reading costs the distinct ids.
final class TokenCounts {
  private final PenaltyScope scope;
  private int from; // the history's ids from here …
  private int to; // … to here are counted
  private int[] ids = new int[16]; // the distinct ones, in no order
  private int[] counts = new int[16];
  private int size;
  private int[] table = new int[64]; // by hash: 1 + where the id stands in `ids`, or 0

  TokenCounts(PenaltyScope scope, History history) {
    this.scope = scope;
    from = scope.start(history);
    to = from;
  }

  PenaltyScope scope() {
    return scope;
  }

  /// Distinct ids.
  int size() {
    return size;
  }

  /// Distinct id number `index`.
  int id(int index) {
    return ids[index];
  }

  /// How often it stands there, at least 1.
  int count(int index) {
    return counts[index];
  }

  /// Counts what the history gained, and no longer what the scope left behind.
  void follow(History history) {
    while (to < history.length()) {
      add(history.id(to++));
    }
    for (int start = scope.start(history); from < start; from++) {
      remove(history.id(from));
    }
  }

  private void add(int id) {
    int slot = slot(id);
    if (table[slot] == 0) {
      if (size == ids.length) {
        grow();
        slot = slot(id);
      }
      ids[size] = id;
      counts[size] = 0;
      table[slot] = ++size;
    }
    counts[table[slot] - 1]++;
  }

  private void remove(int id) {
    int slot = slot(id);
    int index = table[slot] - 1;
    if (--counts[index] == 0) {
      empty(slot);
      int last = --size;
      if (index < last) {
        table[slot(ids[last])] = index + 1;
        ids[index] = ids[last];
        counts[index] = counts[last];
      }
    }
  }

  /// Where in the table an id stands or would stand.
  private int slot(int id) {
    int slot = home(id);
    while (table[slot] != 0 && ids[table[slot] - 1] != id) {
      slot = (slot + 1) & (table.length - 1);
    }
    return slot;
  }

  private int home(int id) {
    int mixed = id * 0x9e3779b9;
    return (mixed ^ mixed >>> 16) & (table.length - 1);
  }

  /// Empties a slot and moves back those behind it that a search would no longer reach.
  private void empty(int hole) {
    int mask = table.length - 1;
    for (int slot = (hole + 1) & mask; table[slot] != 0; slot = (slot + 1) & mask) {
      int distance = (slot - home(ids[table[slot] - 1])) & mask;
      if (distance >= ((slot - hole) & mask)) {
        table[hole] = table[slot];
        hole = slot;
      }
    }
    table[hole] = 0;
  }

  private void grow() {
    ids = Arrays.copyOf(ids, 2 * size);
    counts = Arrays.copyOf(counts, 2 * size);
    table = new int[4 * ids.length];
    for (int i = 0; i < size; i++) {
      table[slot(ids[i])] = i + 1;
    }
  }

  /// Throws for an id that is outside a vocabulary.
  void requireInVocabulary(String filter, int vocabulary, History history) {
    for (int i = 0; i < size; i++) {
      if (ids[i] < 0 || ids[i] >= vocabulary) {
        int position = from;
        while (history.id(position) != ids[i]) {
          position++;
        }
        throw new IllegalArgumentException(
            filter
                + ": id "
                + ids[i]
                + " at position "
                + position
                + " of the history is outside the vocabulary of "
                + vocabulary);
      }
    }
  }
}
