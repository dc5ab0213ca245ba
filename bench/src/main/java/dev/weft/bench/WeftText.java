package dev.weft.bench;

import dev.weft.bench.engine.Engine;
import dev.weft.decoding.LanguageModel;
import dev.weft.gpt2.Gpt2Inference;
import dev.weft.tensor.Tensor;

/// GPT-2 with its cache. Closes the model, too.
final class WeftText implements Engine.TextModel {
  private final Gpt2Inference model;
  private final int rows;
  private LanguageModel.Session session; // null before the first read
  private Tensor logits;

  WeftText(Gpt2Inference model, int rows) {
    this.model = model;
    this.rows = rows;
  }

  @Override
  public void read(int[][] prompts) {
    if (session != null) {
      session.close();
    }
    session = model.open(rows);
    feed(prompts);
  }

  @Override
  public void step(int[] ids) {
    int[][] tokens = new int[rows][1];
    for (int r = 0; r < rows; r++) {
      tokens[r][0] = ids[r];
    }
    feed(tokens);
  }

  private void feed(int[][] tokens) {
    logits = session.feed(tokens);
    model.device().synchronize(); // the next ids depend on it
  }

  @Override
  public float[] logits() {
    return logits.toFloats();
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
    }
    model.close();
  }
}
