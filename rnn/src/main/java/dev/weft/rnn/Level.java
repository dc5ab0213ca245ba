package dev.weft.rnn;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the symbols of a text are: how it is split, and how symbols are joined to a text again.
public enum Level {
  /// One symbol for each character (code point: a surrogate pair stays whole, half a pair becomes
  /// U+FFFD). Joined without anything between; an unknown one is shown as U+FFFD.
  CHARACTERS("\uFFFD") {
    @Override
    public List<String> split(String text) {
      List<String> symbols = new ArrayList<>();
      text.codePoints()
          .map(c -> Character.getType(c) == Character.SURROGATE ? 0xFFFD : c)
          .forEach(c -> symbols.add(Character.toString(c)));
      return symbols;
    }
  },

  /// Runs of letters and digits (with `'`, `’` or `-` inside), runs of hyphens, and every other
  /// character by itself, punctuation included; white space only separates.
  ///
  /// Joined by one space, but by none before `. , ; : ! ? ) ] } ’ ” %`, after `( [ { “ ‘ $`,
  /// around a dash or a run of two or more hyphens, and inside straight double quotes, which
  /// open and close in turn.
  WORDS("<unk>") {
    @Override
    public List<String> split(String text) {
      List<String> symbols = new ArrayList<>();
      Matcher matcher = WORD.matcher(text);
      while (matcher.find()) {
        symbols.add(matcher.group());
      }
      return symbols;
    }
  },

  /// As [#WORDS], all in lower case.
  LOWER_CASE_WORDS("<unk>") {
    @Override
    public List<String> split(String text) {
      return WORDS.split(text.toLowerCase(Locale.ROOT));
    }
  },

  /// What stands between white space, such as the notes of a tune. Joined by one space.
  NOTES("<unk>") {
    @Override
    public List<String> split(String text) {
      return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }
  };

  // Possessive: nothing that was taken is given back, and no part of a word costs stack.
  private static final Pattern WORD =
      Pattern.compile("[\\p{L}\\p{M}\\p{N}]++(?:['’-][\\p{L}\\p{M}\\p{N}]++)*+|-++|[^\\s\\p{Cs}]");

  private final String unknown;

  Level(String unknown) {
    this.unknown = unknown;
  }

  /// The symbols of a text, in order.
  public abstract List<String> split(String text);

  /// How a symbol that the vocabulary doesn't have is shown.
  public String unknown() {
    return unknown;
  }

  /// A new joiner of the symbols of one text.
  Joiner joiner() {
    return switch (this) {
      case CHARACTERS -> symbol -> symbol;
      case WORDS, LOWER_CASE_WORDS -> new WordJoiner();
      case NOTES -> new SpaceJoiner();
    };
  }

  /// Takes one symbol after another and gives the text that each adds.
  interface Joiner {
    String next(String symbol);
  }

  private static final class SpaceJoiner implements Joiner {
    private boolean first = true;

    @Override
    public String next(String symbol) {
      String text = first ? symbol : " " + symbol;
      first = false;
      return text;
    }
  }

  private static final class WordJoiner implements Joiner {
    private static final String CLOSING = ".,;:!?)]}’”%";
    private static final String OPENING = "([{“‘$";
    private static final String DASHES = "–—";

    private boolean tight = true; // no space before the next symbol
    private boolean quoted;

    @Override
    public String next(String symbol) {
      boolean quote = symbol.equals("\"");
      boolean dash = symbol.startsWith("--") || DASHES.contains(symbol);
      boolean closes = quote ? quoted : CLOSING.contains(symbol);
      boolean opens = quote ? !quoted : OPENING.contains(symbol);
      String text = tight || dash || closes ? symbol : " " + symbol;
      quoted ^= quote;
      tight = opens || dash;
      return text;
    }
  }
}
