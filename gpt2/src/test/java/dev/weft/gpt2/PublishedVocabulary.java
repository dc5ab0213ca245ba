package dev.weft.gpt2;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The published vocabulary as `vocab.json` and `merges.txt` would hold it.
final class PublishedVocabulary {
  private PublishedVocabulary() {}

  /// The piece of an id in printable characters.
  static String printable(Gpt2Tokenizer tokenizer, int id) {
    return id == tokenizer.endOfText()
        ? Gpt2Tokenizer.END_OF_TEXT
        : BytePairs.printable(tokenizer.bytes(id));
  }

  /// The pair that an id merges: what the ids before it make of its bytes.
  static String merge(Gpt2Tokenizer tokenizer, int id) {
    Map<String, Integer> ids = new HashMap<>();
    for (int i = 0; i < id; i++) {
      ids.put(latin(tokenizer.bytes(i)), i);
    }
    List<byte[]> parts = new ArrayList<>();
    for (byte b : tokenizer.bytes(id)) {
      parts.add(new byte[] {b});
    }
    while (parts.size() > 2) {
      int best = -1;
      int bestRank = Integer.MAX_VALUE;
      for (int i = 0; i + 1 < parts.size(); i++) {
        int rank =
            ids.getOrDefault(latin(parts.get(i)) + latin(parts.get(i + 1)), Integer.MAX_VALUE);
        if (rank < bestRank) {
          best = i;
          bestRank = rank;
        }
      }
      byte[] left = parts.get(best);
      byte[] right = parts.remove(best + 1);
      byte[] both = Arrays.copyOf(left, left.length + right.length);
      System.arraycopy(right, 0, both, left.length, right.length);
      parts.set(best, both);
    }
    return BytePairs.printable(parts.get(0)) + " " + BytePairs.printable(parts.get(1));
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
