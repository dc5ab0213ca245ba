package dev.weft.decoding;

import dev.weft.tensor.Devices;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// An n-gram model as a language model without a cache.
record NgramMock(NgramModel ngrams, int vocabularySize) implements LanguageModel {
  @Override
  public int contextLength() {
    return Integer.MAX_VALUE;
  }

  @Override
  public Tensor logits(int[][] tokens) {
    float[] values = new float[tokens.length * vocabularySize];
    for (int r = 0; r < tokens.length; r++) {
      for (int id = 0; id < vocabularySize; id++) {
        values[r * vocabularySize + id] = (float) ngrams.logProbability(tokens[r], id);
      }
    }
    return Tensor.of(Devices.best(), Shape.of(tokens.length, vocabularySize), values);
  }

  @Override
  public Session open(int rows) {
    return new Replay(this).open(rows);
  }
}
