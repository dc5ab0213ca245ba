package dev.weft.decoding;

import java.util.ArrayList;
import java.util.List;

/// A tokenizer over a list of pieces; the last is the end of the text. Encodes greedily, the
/// longest piece first.
public record ToyTokenizer(List<String> pieces) implements Tokenizer {
  public ToyTokenizer(String... pieces) {
    this(List.of(pieces));
  }

  @Override
  public int vocabularySize() {
    return pieces.size();
  }

  @Override
  public int[] encode(String text) {
    List<Integer> ids = new ArrayList<>();
    for (int at = 0; at < text.length(); ) {
      int best = -1;
      for (int id = 0; id < endOfText(); id++) {
        if (text.startsWith(pieces.get(id), at)
            && (best < 0 || pieces.get(id).length() > pieces.get(best).length())) {
          best = id;
        }
      }
      if (best < 0) {
        throw new IllegalArgumentException("no piece for '" + text.substring(at) + "'");
      }
      ids.add(best);
      at += pieces.get(best).length();
    }
    return ids.stream().mapToInt(i -> i).toArray();
  }

  @Override
  public String decode(int[] ids, boolean skipSpecialTokens) {
    Decoder decoder = decoder(skipSpecialTokens);
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(decoder.next(id));
    }
    return text.toString();
  }

  @Override
  public int endOfText() {
    return pieces.size() - 1;
  }

  @Override
  public Decoder decoder(boolean skipSpecialTokens) {
    return new Decoder() {
      @Override
      public String next(int id) {
        return skipSpecialTokens && id == endOfText() ? "" : pieces.get(id);
      }

      @Override
      public String end() {
        return "";
      }
    };
  }
}
