package dev.weft.decoding;

import dev.weft.tensor.Devices;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.Arrays;

/// A mock that says a script: after a history of n ids it gives script[n] the largest logit, and
/// all else −∞ when `certain`.
public record ScriptModel(int vocabularySize, boolean certain, int... script)
    implements LanguageModel {
  @Override
  public int contextLength() {
    return script.length;
  }

  @Override
  public Tensor logits(int[][] tokens) {
    float[] values = new float[tokens.length * vocabularySize];
    Arrays.fill(values, certain ? Float.NEGATIVE_INFINITY : 0);
    for (int r = 0; r < tokens.length; r++) {
      values[r * vocabularySize + script[tokens[r].length]] = 5;
    }
    return Tensor.of(Devices.best(), Shape.of(tokens.length, vocabularySize), values);
  }

  @Override
  public Session open(int rows) {
    return new Replay(this).open(rows);
  }
}
