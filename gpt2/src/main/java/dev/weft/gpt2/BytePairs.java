package dev.weft.gpt2;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;

/// Byte-level byte-pair encoding by a list of merges, as `vocab.json` and `merges.txt` hold it.
/// Sennrich, Haddow and Birch, "Neural machine translation of rare words with subword units", 2016;
/// over bytes as in Radford et al., 2019.
///
/// In these files each byte is written as one printable character: itself where it is one, else one
/// of those from U+0100 on, so that a space is `Ġ`.
final class BytePairs {
  private static final String UNKNOWN = "<unk>";
  private static final char[] CHARACTER_OF_BYTE = new char[256];
  private static final Map<Character, Byte> BYTE_OF_CHARACTER = new HashMap<>();

  static {
    char next = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = b >= '!' && b <= '~' || b >= 0xa1 && b != 0xad;
      CHARACTER_OF_BYTE[b] = printable ? (char) b : next++;
      BYTE_OF_CHARACTER.put(CHARACTER_OF_BYTE[b], (byte) b);
    }
  }

  private record Pair(String left, String right) {}

  private final Map<String, Integer> vocabulary;
  private final Map<Pair, Integer> ranks = new HashMap<>();

  /// @param vocabulary ids of the pieces, in printable characters
  /// @param merges `left right`, the earliest first
  BytePairs(Map<String, Integer> vocabulary, List<String> merges) {
    this.vocabulary = Map.copyOf(vocabulary);
    for (String merge : merges) {
      String[] parts = merge.split(" ", -1);
      if (parts.length != 2) {
        throw new IllegalArgumentException("merges: '" + merge + "' is no pair of pieces");
      }
      ranks.putIfAbsent(new Pair(parts[0], parts[1]), ranks.size());
    }
  }

  /// Reads `vocab.json` and `merges.txt` of a folder.
  static BytePairs read(Path folder) throws IOException {
    Map<String, Integer> vocabulary =
        new JsonMapper()
            .readValue(
                Files.readAllBytes(folder.resolve("vocab.json")),
                new TypeReference<HashMap<String, Integer>>() {});
    List<String> merges = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("merges.txt"))) {
      if (!line.isBlank() && !line.startsWith("#version")) {
        merges.add(line);
      }
    }
    return new BytePairs(vocabulary, merges);
  }

  /// Throws when an id is not one of 0 … size − 1.
  private int size() {
    int size = vocabulary.size();
    for (Map.Entry<String, Integer> entry : vocabulary.entrySet()) {
      if (entry.getValue() < 0 || entry.getValue() >= size) {
        throw new IllegalArgumentException(
            "vocab.json: '"
                + entry.getKey()
                + "' has id "
                + entry.getValue()
                + " but there are "
                + size
                + " pieces");
      }
    }
    return size;
  }

  /// The id of a piece, or −1.
  int id(String piece) {
    return vocabulary.getOrDefault(piece, -1);
  }

  /// The bytes of each id; of special pieces, their text. Throws unless each of 0 … size − 1 is the
  /// id of one piece.
  byte[][] bytes() {
    String[] pieces = new String[size()];
    byte[][] bytes = new byte[pieces.length][];
    vocabulary.forEach(
        (piece, id) -> {
          if (pieces[id] != null) { // so that another id is left out
            throw new IllegalArgumentException(
                "vocab.json: '" + pieces[id] + "' and '" + piece + "' both have id " + id);
          }
          pieces[id] = piece;
          bytes[id] = bytes(piece);
        });
    return bytes;
  }

  /// Bytes in the printable characters of these files.
  static String printable(byte[] bytes) {
    StringBuilder piece = new StringBuilder();
    for (byte b : bytes) {
      piece.append(CHARACTER_OF_BYTE[b & 0xff]);
    }
    return piece.toString();
  }

  private static byte[] bytes(String piece) {
    byte[] bytes = new byte[piece.length()];
    for (int i = 0; i < bytes.length; i++) {
      Byte b = BYTE_OF_CHARACTER.get(piece.charAt(i));
      if (b == null) {
        return piece.getBytes(StandardCharsets.UTF_8); // not made of bytes: a special piece
      }
      bytes[i] = b;
    }
    return bytes;
  }

  /// The ids of a text.
  int[] encode(String text) {
    List<Integer> ids = new ArrayList<>();
    Matcher words = Gpt2Tokenizer.WORDS.matcher(text);
    while (words.find()) {
      for (String piece : merge(words.group())) {
        ids.add(known(piece));
      }
    }
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  private int known(String piece) {
    int id = id(piece);
    if (id < 0) {
      id = id(UNKNOWN);
    }
    if (id < 0) {
      throw new IllegalArgumentException(
          "encode: the vocabulary has neither '" + piece + "' nor " + UNKNOWN);
    }
    return id;
  }

  /// A word as pieces: the pair of neighbours that was merged earliest is merged first, everywhere.
  private List<String> merge(String word) {
    List<String> pieces = new ArrayList<>();
    for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
      pieces.add(String.valueOf(CHARACTER_OF_BYTE[b & 0xff]));
    }
    while (true) {
      Pair best = null;
      int bestRank = Integer.MAX_VALUE;
      for (int i = 0; i + 1 < pieces.size(); i++) {
        Pair pair = new Pair(pieces.get(i), pieces.get(i + 1));
        int rank = ranks.getOrDefault(pair, Integer.MAX_VALUE);
        if (rank < bestRank) {
          best = pair;
          bestRank = rank;
        }
      }
      if (best == null) {
        return pieces;
      }
      for (int i = 0; i + 1 < pieces.size(); i++) {
        if (pieces.get(i).equals(best.left) && pieces.get(i + 1).equals(best.right)) {
          pieces.set(i, best.left + best.right);
          pieces.remove(i + 1);
        }
      }
    }
  }
}
