package dev.weft.bench;

import dev.weft.bench.engine.Engine;
import dev.weft.decoding.LanguageModel;
import dev.weft.decoding.Readout;
import dev.weft.gpt2.Gpt2Inference;
import dev.weft.tensor.Recording;
import dev.weft.tensor.Tensor;

/// GPT-2 with its cache. Closes the model, too.
final class WeftText implements Engine.TextModel {
  private final Gpt2Inference model;
  private final int rows;
  private LanguageModel.Session session; // null before the first read
  private Tensor logits;
  private boolean recording = true;
  private int steps;

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
    logits = session.feed(tokens, readout());
    model.device().synchronize(); // the next ids depend on it
  }

  /// Nothing is read; a session records a step only when its readout is that of the step before.
  private Readout readout() {
    return recording || steps++ % 2 == 0 ? Readout.NONE : _ -> {};
  }

  /// Has every further step queued kernel by kernel; returns whether that is a change, on a device
  /// that records.
  boolean stopRecording() {
    recording = false;
    try (Recording nothing = model.device().record(() -> {})) {
      return nothing != null;
    }
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
