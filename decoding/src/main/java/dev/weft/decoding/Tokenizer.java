package dev.weft.decoding;

/// Text to ids and back.
public interface Tokenizer {
  /// Ids are 0 … vocabularySize − 1.
  int vocabularySize();

  /// The ids of a text, in which special tokens count as ordinary text.
  int[] encode(String text);

  /// The text of all ids at once, so that characters of several tokens come out whole; broken ones
  /// become U+FFFD.
  ///
  /// @param skipSpecialTokens leaves out `<|endoftext|>` and the like
  String decode(int[] ids, boolean skipSpecialTokens);

  /// [#decode(int[], boolean)] with special tokens.
  default String decode(int... ids) {
    return decode(ids, false);
  }

  /// The token that ends a text.
  int endOfText();

  /// A decoder that takes one id after another.
  Decoder decoder(boolean skipSpecialTokens);

  /// Text in pieces; their concatenation is what [Tokenizer#decode] gives.
  interface Decoder {
    /// The text that `id` completes; an incomplete character waits for the next id.
    String next(int id);

    /// What was waiting, with U+FFFD for incomplete characters; no id follows.
    String end();
  }
}
