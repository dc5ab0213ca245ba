package dev.weft.bench;

import dev.weft.bench.engine.Engine;
import dev.weft.bench.engine.Gpt2TrainingWork;
import dev.weft.gpt2.Gpt2;
import dev.weft.nn.optim.AdamW;
import dev.weft.nn.optim.Clip;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;

/// Fine-tuning of GPT-2. Closes the model, too.
final class WeftGpt2Training implements Engine.Training {
  private final Gpt2 model;
  private final Gpt2TrainingWork work;
  private final AdamW optimizer;

  WeftGpt2Training(Gpt2 model, Gpt2TrainingWork work) {
    this.model = model;
    this.work = work;
    this.optimizer = new AdamW(model.parameters());
  }

  @Override
  public double step() {
    model.parameters().zeroGrad();
    try (Tape tape = new Tape()) {
      Shape shape = Shape.of(work.rows(), work.length() + 1);
      Tensor loss = model.loss(Tensor.ids(model.parameters().device(), shape, work.ids()));
      tape.backward(loss);
      Clip.globalNorm(model.parameters(), 1.0);
      optimizer.step(1e-4);
      return loss.toFloats()[0];
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
