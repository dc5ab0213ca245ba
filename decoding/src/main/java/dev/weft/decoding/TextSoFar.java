package dev.weft.decoding;

/// The generated text of one sequence, as far as it is complete, and how much of it may be shown.
public final class TextSoFar {
  private final Tokenizer.Decoder decoder;
  private final StringBuilder text = new StringBuilder();
  private int beforeLast;
  private int shown;
  private int cut = -1;

  TextSoFar(Tokenizer.Decoder decoder) {
    this.decoder = decoder;
  }

  void append(int id) {
    beforeLast = text.length();
    text.append(decoder.next(id));
  }

  /// Where the first of `strings` to begin stands, given that the text before the last token held
  /// none; −1 for none.
  int find(String[] strings) {
    int first = -1;
    for (String string : strings) {
      int at = text.indexOf(string, Math.max(0, beforeLast - string.length() + 1));
      if (at >= 0 && (first < 0 || at < first)) {
        first = at;
      }
    }
    return first;
  }

  /// Ends the text at `length`: what a stop string began.
  void cutAt(int length) {
    cut = length;
  }

  /// The text that may be shown now and was not before: not yet what could be the beginning of a
  /// stop string, nor what follows a cut; at the end everything else.
  String show(String[] held, boolean end) {
    if (end && cut < 0) {
      text.append(decoder.end());
    }
    int until = cut >= 0 ? cut : end ? text.length() : text.length() - couldBegin(held);
    String piece = shown < until ? text.substring(shown, until) : "";
    shown = Math.max(shown, until);
    return piece;
  }

  /// Length of the longest end of the text that begins one of `strings`.
  private int couldBegin(String[] strings) {
    int longest = 0;
    for (String string : strings) {
      for (int n = Math.min(string.length() - 1, text.length()); n > longest; n--) {
        if (text.substring(text.length() - n).equals(string.substring(0, n))) {
          longest = n;
        }
      }
    }
    return longest;
  }

  /// The text, without a stop string that ended it and what follows.
  @Override
  public String toString() {
    return cut >= 0 ? text.substring(0, cut) : text.toString();
  }
}
