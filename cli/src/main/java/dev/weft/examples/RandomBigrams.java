package dev.weft.examples;

import dev.weft.decoding.LanguageModel;
import dev.weft.decoding.Replay;
import dev.weft.tensor.Device;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// A language model that means nothing: what follows a token depends on that token alone, by normal
/// random logits.
record RandomBigrams(Device device, int vocabularySize, float[] table) implements LanguageModel {
  static RandomBigrams of(Device device, int vocabularySize, double deviation, Philox random) {
    float[] table = new float[vocabularySize * vocabularySize];
    for (int i = 0; i < table.length; i++) {
      table[i] = (float) (deviation * random.nextNormal());
    }
    return new RandomBigrams(device, vocabularySize, table);
  }

  @Override
  public int contextLength() {
    return Integer.MAX_VALUE;
  }

  @Override
  public Tensor logits(int[][] tokens) {
    float[] logits = new float[tokens.length * vocabularySize];
    for (int r = 0; r < tokens.length; r++) {
      int last = tokens[r][tokens[r].length - 1];
      System.arraycopy(table, last * vocabularySize, logits, r * vocabularySize, vocabularySize);
    }
    return Tensor.of(device, Shape.of(tokens.length, vocabularySize), logits);
  }

  @Override
  public Session open(int rows) {
    return new Replay(this).open(rows);
  }
}
