package dev.weft.rnn;

import dev.weft.decoding.Tokenizer;

/// A tokenizer whose decoders begin after a prompt: the text of "me" after "Call" is " me".
///
/// @param tokenizer of the whole text
/// @param prompt what every decoder has seen before its first id
record Continued(Tokenizer tokenizer, int... prompt) implements Tokenizer {
  @Override
  public int vocabularySize() {
    return tokenizer.vocabularySize();
  }

  @Override
  public int[] encode(String text) {
    return tokenizer.encode(text);
  }

  @Override
  public String decode(int[] ids, boolean skipSpecialTokens) {
    Decoder decoder = decoder(skipSpecialTokens);
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(decoder.next(id));
    }
    return text.append(decoder.end()).toString();
  }

  @Override
  public int endOfText() {
    return tokenizer.endOfText();
  }

  @Override
  public Decoder decoder(boolean skipSpecialTokens) {
    Decoder decoder = tokenizer.decoder(skipSpecialTokens);
    for (int id : prompt) {
      decoder.next(id);
    }
    return decoder;
  }
}
