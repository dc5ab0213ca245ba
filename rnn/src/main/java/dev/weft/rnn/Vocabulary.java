package dev.weft.rnn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The ids of symbols: characters, words or notes, whatever strings they are.
///
/// Ids 0 … 3 are special: [#MASK] fills rows up, [#UNK] stands for what is not in the vocabulary,
/// [#START] and [#END] stand around a sequence. No text has them: a symbol that is written like one
/// (`<end>`) is refused, or unknown where it is only looked up.
public final class Vocabulary {
  /// Fills a row up to the length of its batch; 0, so that fresh memory is padding.
  public static final int MASK = 0;

  /// Stands for every symbol that the vocabulary doesn't have.
  public static final int UNK = 1;

  /// Comes before the first symbol.
  public static final int START = 2;

  /// Follows the last symbol.
  public static final int END = 3;

  /// The id of the first symbol.
  public static final int FIRST = 4;

  private static final List<String> SPECIAL = List.of("<mask>", "<unk>", "<start>", "<end>");

  private final List<String> symbols; // by id, the special ones included
  private final Map<String, Integer> ids = new HashMap<>(); // without the special ones

  private Vocabulary(List<String> ordinary) {
    List<String> all = new ArrayList<>(SPECIAL);
    for (String symbol : ordinary) {
      check(symbol);
      if (ids.putIfAbsent(symbol, all.size()) != null) {
        throw new IllegalArgumentException("vocabulary: '" + symbol + "' appears twice");
      }
      all.add(symbol);
    }
    symbols = List.copyOf(all);
  }

  private static void check(String symbol) {
    if (symbol.isEmpty()) {
      throw new IllegalArgumentException("vocabulary: a symbol must not be empty");
    }
    if (SPECIAL.contains(symbol)) {
      throw new IllegalArgumentException(
          "vocabulary: " + symbol + " is a special token and cannot be a symbol too");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(symbol)) {
      throw new IllegalArgumentException(
          "vocabulary: a symbol holds half of a surrogate pair, which no file can hold");
    }
  }

  /// A vocabulary of these symbols, in this order, from id [#FIRST] on.
  ///
  /// @throws IllegalArgumentException for a symbol that is empty, there twice, or special
  public static Vocabulary of(List<String> symbols) {
    return new Vocabulary(symbols);
  }

  /// The symbols of these sequences, the most frequent first (of equally frequent ones the lower
  /// string).
  ///
  /// @param minimumCount a rarer symbol is left out; at least 1
  /// @param largestSize most ids, the special ones included; the rarest symbols are left out
  public static Vocabulary count(
      Iterable<? extends Iterable<String>> sequences, int minimumCount, int largestSize) {
    if (minimumCount < 1 || largestSize < FIRST) {
      throw new IllegalArgumentException(
          "vocabulary: the minimum count must be at least 1 and the largest size at least "
              + FIRST
              + ", but they are "
              + minimumCount
              + " and "
              + largestSize);
    }
    Map<String, Integer> counts = new HashMap<>();
    for (Iterable<String> sequence : sequences) {
      for (String symbol : sequence) {
        counts.merge(symbol, 1, Integer::sum);
      }
    }
    SPECIAL.forEach(counts::remove);
    List<String> kept =
        counts.entrySet().stream()
            .filter(entry -> entry.getValue() >= minimumCount)
            .sorted(
                Comparator.comparingInt((Map.Entry<String, Integer> entry) -> -entry.getValue())
                    .thenComparing(Map.Entry::getKey))
            .limit(largestSize - FIRST)
            .map(Map.Entry::getKey)
            .toList();
    return new Vocabulary(kept);
  }

  /// Ids are 0 … size − 1.
  public int size() {
    return symbols.size();
  }

  /// The id of a symbol, [#UNK] when it has none; never another special id.
  public int id(String symbol) {
    return ids.getOrDefault(symbol, UNK);
  }

  /// The symbol of an id; of a special one its name, such as `<end>`.
  ///
  /// @throws IllegalArgumentException when there is no such id
  public String symbol(int id) {
    if (id < 0 || id >= symbols.size()) {
      throw new IllegalArgumentException(
          "vocabulary: id " + id + " is outside 0 … " + (symbols.size() - 1));
    }
    return symbols.get(id);
  }

  /// The symbols in the order of their ids, without the special ones.
  public List<String> symbols() {
    return symbols.subList(FIRST, symbols.size());
  }

  /// As JSON: the special ids by name, and the list of symbols.
  public String toJson() {
    return Json.text(json());
  }

  ObjectNode json() {
    ObjectNode root = Json.object();
    for (int id = 0; id < FIRST; id++) {
      root.put(field(id), id);
    }
    ArrayNode list = root.putArray("symbols");
    symbols().forEach(list::add);
    return root;
  }

  /// Reads what [#toJson] wrote.
  ///
  /// @throws IllegalArgumentException saying what is wrong with the text
  public static Vocabulary fromJson(String json) {
    return read(Json.parse("vocabulary", json));
  }

  static Vocabulary read(JsonNode root) {
    for (int id = 0; id < FIRST; id++) {
      JsonNode stored = root.path(field(id));
      if (!stored.isInt() || stored.intValue() != id) {
        throw new IllegalArgumentException(
            "vocabulary: " + field(id) + " must have id " + id + " but " + Json.shown(stored));
      }
    }
    JsonNode list = root.path("symbols");
    if (!list.isArray()) {
      throw new IllegalArgumentException(
          "vocabulary: symbols must be a list of strings but " + Json.shown(list));
    }
    List<String> symbols = new ArrayList<>();
    for (JsonNode symbol : list) {
      if (!symbol.isTextual()) {
        throw new IllegalArgumentException(
            "vocabulary: symbols must be a list of strings but one " + Json.shown(symbol));
      }
      symbols.add(symbol.textValue());
    }
    return new Vocabulary(symbols);
  }

  private static String field(int special) {
    String name = SPECIAL.get(special);
    return name.substring(1, name.length() - 1);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Vocabulary that && symbols.equals(that.symbols);
  }

  @Override
  public int hashCode() {
    return symbols.hashCode();
  }

  @Override
  public String toString() {
    return "vocabulary of " + size() + " ids";
  }
}
