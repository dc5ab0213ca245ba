package dev.weft.cli;

import dev.weft.nn.optim.EarlyStopping;
import dev.weft.nn.train.StepListener;
import dev.weft.nn.train.StepReport;
import java.io.IOException;

/// Saves a model each time that validation finds it the best so far, so that a training that is
/// broken off leaves that one.
final class BestKept implements StepListener {
  private final EarlyStopping stopping;
  private final Save save;
  private long kept = -1;

  /// Writes the model as it is.
  @FunctionalInterface
  interface Save {
    void write() throws IOException;
  }

  BestKept(EarlyStopping stopping, Save save) {
    this.stopping = stopping;
    this.save = save;
  }

  @Override
  public void step(StepReport report) throws IOException {
    if (stopping.bestCheck() != kept) {
      save.write();
      kept = stopping.bestCheck();
    }
  }
}
