package dev.weft.rnn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.decoding.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Texts to rows of ids and back, by character, word or note.
///
/// Back to a text, [Vocabulary#START] and [Vocabulary#MASK] are skipped wherever they stand,
/// [Vocabulary#END] ends the text, [Vocabulary#UNK] is shown as [Level#unknown], and everything
/// else is looked up and joined as the level says.
///
/// As a [Tokenizer] it lets a [dev.weft.decoding.Generator] write with models over such ids: see
/// [#encode].
///
/// @param level what a symbol is
/// @param vocabulary the ids of the symbols
public record Vectorizer(Level level, Vocabulary vocabulary) implements Tokenizer {
  /// A vectorizer of the symbols of these texts: see [Vocabulary#count].
  public static Vectorizer fit(Level level, List<String> texts, int minimumCount, int largestSize) {
    List<List<String>> sequences = new ArrayList<>(texts.size());
    for (String text : texts) {
      sequences.add(level.split(text));
    }
    return new Vectorizer(level, Vocabulary.count(sequences, minimumCount, largestSize));
  }

  // ---- to ids ---------------------------------------------------------------------------------

  /// The ids of a text's symbols, and nothing else.
  public int[] ids(String text) {
    return ids(text, 0, 0);
  }

  private int[] ids(String text, int before, int after) {
    List<String> symbols = level.split(text);
    int[] ids = new int[before + symbols.size() + after];
    int next = before;
    for (String symbol : symbols) {
      ids[next++] = vocabulary.id(symbol);
    }
    return ids;
  }

  /// Start, the ids of the symbols, end.
  public int[] vectorize(String text) {
    int[] ids = ids(text, 1, 1);
    ids[0] = Vocabulary.START;
    ids[ids.length - 1] = Vocabulary.END;
    return ids;
  }

  /// The same as a row of `length` ids: a shorter one is padded with [Vocabulary#MASK], a longer
  /// one loses symbols but keeps its end.
  ///
  /// @param length at least 2, for start and end
  public int[] vectorize(String text, int length) {
    if (length < 2) {
      throw new IllegalArgumentException(
          "vectorize: the length must be at least 2, for start and end, but is " + length);
    }
    int[] ids = vectorize(text);
    int[] row = Arrays.copyOf(ids, length); // MASK is 0
    if (ids.length > length) {
      row[length - 1] = Vocabulary.END;
    }
    return row;
  }

  /// Row r is text r: (texts, length).
  public int[][] vectorize(List<String> texts, int length) {
    int[][] rows = new int[texts.size()][];
    for (int r = 0; r < rows.length; r++) {
      rows[r] = vectorize(texts.get(r), length);
    }
    return rows;
  }

  // ---- and back -------------------------------------------------------------------------------

  /// The text of each row.
  public List<String> texts(int[][] rows) {
    List<String> texts = new ArrayList<>(rows.length);
    for (int[] row : rows) {
      texts.add(decode(row, true));
    }
    return texts;
  }

  /// The symbols of a row up to its end, as [#texts] shows them.
  public List<String> symbols(int... row) {
    List<String> symbols = new ArrayList<>();
    for (int id : row) {
      if (id == Vocabulary.END) {
        break;
      }
      String symbol = shown(id);
      if (!symbol.isEmpty()) {
        symbols.add(symbol);
      }
    }
    return symbols;
  }

  private String shown(int id) {
    return switch (id) {
      case Vocabulary.MASK, Vocabulary.START -> "";
      case Vocabulary.UNK -> level.unknown();
      default -> vocabulary.symbol(id);
    };
  }

  // ---- as a tokenizer -------------------------------------------------------------------------

  @Override
  public int vocabularySize() {
    return vocabulary.size();
  }

  @Override
  public int endOfText() {
    return Vocabulary.END;
  }

  /// Start and the ids of the symbols: the beginning of a sequence that a model continues.
  @Override
  public int[] encode(String text) {
    int[] ids = ids(text, 1, 0);
    ids[0] = Vocabulary.START;
    return ids;
  }

  /// The text of a row, as this class says.
  ///
  /// @param skipSpecialTokens false shows start, end, mask and unknown by their names, such as
  ///     `<end>`, and goes on after an end
  @Override
  public String decode(int[] ids, boolean skipSpecialTokens) {
    return new Continued(this).decode(ids, skipSpecialTokens);
  }

  @Override
  public Decoder decoder(boolean skipSpecialTokens) {
    Level.Joiner joiner = level.joiner();
    return new Decoder() {
      private boolean ended;

      @Override
      public String next(int id) {
        if (!skipSpecialTokens) {
          return joiner.next(vocabulary.symbol(id));
        }
        ended |= id == Vocabulary.END;
        String symbol = ended ? "" : shown(id);
        return symbol.isEmpty() ? "" : joiner.next(symbol);
      }

      @Override
      public String end() {
        return "";
      }
    };
  }

  /// This tokenizer for what follows `prompt`: its texts begin with the space that the level wants
  /// between the prompt and what is generated, so that they can be shown right behind it.
  public Tokenizer after(int... prompt) {
    return new Continued(this, prompt.clone());
  }

  // ---- stored ---------------------------------------------------------------------------------

  /// As JSON: the level and the vocabulary.
  public String toJson() {
    ObjectNode root = Json.object();
    root.put("level", name(level));
    root.set("vocabulary", vocabulary.json());
    return Json.text(root);
  }

  /// Reads what [#toJson] wrote.
  ///
  /// @throws IllegalArgumentException saying what is wrong with the text
  public static Vectorizer fromJson(String json) {
    JsonNode root = Json.parse("vectorizer", json);
    JsonNode wanted = root.path("level");
    for (Level level : Level.values()) {
      if (name(level).equals(wanted.textValue())) {
        return new Vectorizer(level, Vocabulary.read(root.path("vocabulary")));
      }
    }
    throw new IllegalArgumentException(
        "vectorizer: level must be one of "
            + Arrays.stream(Level.values()).map(Vectorizer::name).toList()
            + " but "
            + Json.shown(wanted));
  }

  private static String name(Level level) {
    return level.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
