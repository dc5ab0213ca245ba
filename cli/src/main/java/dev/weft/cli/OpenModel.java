package dev.weft.cli;

import dev.weft.decoding.Filter;
import dev.weft.decoding.LanguageModel;
import dev.weft.decoding.Tokenizer;
import dev.weft.gpt2.Gpt2Inference;
import dev.weft.rnn.RnnInference;
import dev.weft.rnn.Vectorizer;
import dev.weft.rnn.Vocabulary;
import java.util.List;

/// A model that is ready: its weights are on a device.
///
/// @param name what the user called it
/// @param model a [Gpt2Inference] or an [RnnInference]
record OpenModel(String name, LanguageModel model, Tokenizer tokenizer) implements AutoCloseable {
  private static final Without NO_TEXT =
      new Without(Vocabulary.MASK, Vocabulary.UNK, Vocabulary.START);

  /// Leaves a vectorizer's ids that stand for text, and its end.
  static final List<Filter> ORDINARY_ONLY = List.of(NO_TEXT);

  /// The model as a GPT-2.
  Gpt2Inference gpt2() {
    if (model instanceof Gpt2Inference gpt2) {
      return gpt2;
    }
    throw Failure.user(
        "--model " + name + " is no GPT-2; `weft train lm` tells the perplexity of such a model");
  }

  /// The ids of a prompt; for an empty one the token that stands before every text.
  int[] prompt(String text) {
    int[] ids = tokenizer.encode(text);
    return ids.length == 0 ? new int[] {tokenizer.endOfText()} : ids;
  }

  /// The tokenizer for what follows a prompt.
  Tokenizer after(int... prompt) {
    return tokenizer instanceof Vectorizer vectorizer ? vectorizer.after(prompt) : tokenizer;
  }

  /// What is never written: a vectorizer's tokens that stand for no text.
  int[] neverWritten() {
    return tokenizer instanceof Vectorizer ? NO_TEXT.ids() : new int[0];
  }

  /// The filter of what is never written.
  List<Filter> filters() {
    return tokenizer instanceof Vectorizer ? ORDINARY_ONLY : List.of();
  }

  /// Bytes of its weights.
  long bytes() {
    return switch (model) {
      case Gpt2Inference gpt2 -> gpt2.bytes();
      case RnnInference rnn -> rnn.bytes();
      default -> throw new IllegalStateException(model + " is opened here but not measured");
    };
  }

  @Override
  public void close() {
    switch (model) {
      case Gpt2Inference gpt2 -> gpt2.close();
      case RnnInference rnn -> rnn.close();
      default -> throw new IllegalStateException(model + " is opened here but not closed");
    }
  }
}
