package dev.weft.decoding;

import java.util.Arrays;

/// Keeps sequences of ids from being completed: an id is impossible when it is the last of a
/// sequence and the history, prompt included, ends with the ids before it.
///
/// A word usually has several sequences (with and without a space before it, in capitals): each
/// must be given.
public final class BadWords implements Filter {
  private final int[][] sequences;

  /// Throws for an empty sequence.
  public BadWords(int[]... sequences) {
    this.sequences = new int[sequences.length][];
    for (int i = 0; i < sequences.length; i++) {
      this.sequences[i] = sequences[i].clone();
      if (sequences[i].length == 0) {
        throw new IllegalArgumentException("bad words: sequence " + i + " has no ids");
      }
    }
  }

  @Override
  public void apply(Candidates candidates, History history) {
    for (int[] sequence : sequences) {
      int before = sequence.length - 1;
      if (history.endsWith(sequence, before)) {
        candidates.ban(sequence[before]);
      }
    }
  }

  @Override
  public String name() {
    return "bad words";
  }

  @Override
  public String toString() {
    return "BadWords" + Arrays.deepToString(sequences);
  }
}
