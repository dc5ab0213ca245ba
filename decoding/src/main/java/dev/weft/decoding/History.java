package dev.weft.decoding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The ids of one sequence: the prompt and what has been generated. Filters and stop rules see it;
/// it is apart from what the model is fed, so that a penalty counts the same with and without a
/// cache.
public final class History {
  private final int promptLength;
  private int[] ids;
  private int length;
  private TextSoFar text;
  private final List<TokenCounts> counts = new ArrayList<>(0); // one for each scope asked for
  private final List<NgramIndex> ngrams = new ArrayList<>(0); // one for each n asked for

  /// A history that begins with a prompt.
  public History(int... prompt) {
    this.promptLength = prompt.length;
    this.length = prompt.length;
    this.ids = Arrays.copyOf(prompt, Math.max(16, prompt.length));
  }

  /// Ids in all.
  public int length() {
    return length;
  }

  /// Ids of the prompt.
  public int promptLength() {
    return promptLength;
  }

  /// Ids after the prompt.
  public int generated() {
    return length - promptLength;
  }

  /// Id number `index`, from 0.
  public int id(int index) {
    return ids[java.util.Objects.checkIndex(index, length)];
  }

  /// The newest id.
  public int last() {
    return id(length - 1);
  }

  /// A copy of all ids.
  public int[] toArray() {
    return Arrays.copyOf(ids, length);
  }

  /// The generated text; throws when the generator has no tokenizer.
  public TextSoFar text() {
    if (text == null) {
      throw new IllegalStateException(
          "stop strings need text: give the generator a tokenizer, Generator.tokenizer(…)");
    }
    return text;
  }

  /// How often each id stands in `scope`.
  TokenCounts counts(PenaltyScope scope) {
    TokenCounts found = null;
    for (int i = 0; i < counts.size() && found == null; i++) {
      found = counts.get(i).scope().equals(scope) ? counts.get(i) : null;
    }
    if (found == null) {
      found = new TokenCounts(scope, this);
      counts.add(found);
    }
    found.follow(this);
    return found;
  }

  /// Where the last n − 1 ids stood before; n at least 2.
  NgramIndex ngrams(int n) {
    NgramIndex found = null;
    for (int i = 0; i < ngrams.size() && found == null; i++) {
      found = ngrams.get(i).n() == n ? ngrams.get(i) : null;
    }
    if (found == null) {
      found = new NgramIndex(n);
      ngrams.add(found);
    }
    found.follow(this);
    return found;
  }

  /// Whether the history ends with the first `length` of `wanted`.
  boolean endsWith(int[] wanted, int length) {
    if (length > this.length) {
      return false;
    }
    return Arrays.equals(ids, this.length - length, this.length, wanted, 0, length);
  }

  void append(int id) {
    if (length == ids.length) {
      ids = Arrays.copyOf(ids, 2 * length);
    }
    ids[length++] = id;
    if (text != null) {
      text.append(id);
    }
  }

  void decodeWith(Tokenizer tokenizer, boolean skipSpecialTokens) {
    text = new TextSoFar(tokenizer.decoder(skipSpecialTokens));
  }

  boolean hasText() {
    return text != null;
  }
}
