package dev.weft.decoding;

import dev.weft.tensor.Devices;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// A mock whose next token depends on the last one alone: row t of the table holds the
/// probabilities of what follows t; they are made logits in float.
public record TableModel(double[]... probabilities) implements LanguageModel {
  @Override
  public int vocabularySize() {
    return probabilities.length;
  }

  @Override
  public int contextLength() {
    return Integer.MAX_VALUE;
  }

  @Override
  public Tensor logits(int[][] tokens) {
    int vocabulary = vocabularySize();
    float[] values = new float[tokens.length * vocabulary];
    for (int r = 0; r < tokens.length; r++) {
      double[] next = probabilities[tokens[r][tokens[r].length - 1]];
      for (int id = 0; id < vocabulary; id++) {
        values[r * vocabulary + id] = (float) StrictMath.log(next[id]);
      }
    }
    return Tensor.of(Devices.best(), Shape.of(tokens.length, vocabulary), values);
  }

  @Override
  public Session open(int rows) {
    return new Replay(this).open(rows);
  }

  @Override
  public String toString() {
    return "table of " + vocabularySize();
  }
}
