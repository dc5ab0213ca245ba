package dev.weft.bench.pytorch;

import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDManager;
import dev.weft.bench.engine.Engine;
import dev.weft.bench.engine.Gpt2TrainingWork;
import dev.weft.bench.engine.RecurrentWork;
import java.io.IOException;
import java.nio.file.Path;

/// A whole training step in one call: forward, backward, clipping, the optimizer.
final class TorchTraining implements Engine.Training {
  private final Script model;
  private final NDList batch;

  TorchTraining(PtNDManager manager, Path file, Gpt2TrainingWork work) throws IOException {
    model = new Script(manager, file);
    batch = new NDList(model.kept(work.ids(), work.rows()));
  }

  TorchTraining(PtNDManager manager, Path file, RecurrentWork work) throws IOException {
    model = new Script(manager, file);
    int steps = work.classes() > 0 ? 1 : work.steps();
    batch = new NDList(model.kept(work.ids(), work.steps()), model.kept(work.targets(), steps));
  }

  @Override
  public double step() {
    return model.train(batch);
  }

  @Override
  public void close() {
    batch.close();
    model.close();
  }
}
