package dev.weft.cli;

import dev.weft.decoding.NgramModel;
import dev.weft.gpt2.Gpt2;
import dev.weft.gpt2.Gpt2Tokenizer;
import dev.weft.gpt2.Scoring;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// How a trained model finds a text that it never saw, beside an n-gram model with back-off of the
/// same training tokens.
///
/// @param bitsPerByte of the model
/// @param perplexity of the model, per token
/// @param baselineBitsPerByte of the n-gram model
record HeldOut(double bitsPerByte, double perplexity, double baselineBitsPerByte) {
  private static final int NGRAM_ORDER = 4;

  static HeldOut score(Gpt2 model, Gpt2Tokenizer tokenizer, int[] training, String text) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    int[] ids = tokenizer.encode(text);
    int end = tokenizer.endOfText();
    Scoring.Result score =
        Scoring.score(
            model::logits, model.parameters().device(), model.config().context(), end, ids);
    NgramModel baseline =
        NgramModel.train(new int[][] {training}, model.config().vocabulary(), NGRAM_ORDER);
    int[] document = new int[ids.length + 1];
    document[0] = end;
    System.arraycopy(ids, 0, document, 1, ids.length);
    return new HeldOut(
        score.bitsPerByte(bytes),
        score.perplexity(),
        -baseline.logProbabilityOf(document, 1) / StrictMath.log(2) / bytes);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%.4f bits per byte, perplexity %.3f; a %d-gram model with back-off: %.4f bits per byte",
        bitsPerByte,
        perplexity,
        NGRAM_ORDER,
        baselineBitsPerByte);
  }
}
