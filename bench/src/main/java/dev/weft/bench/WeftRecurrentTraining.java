package dev.weft.bench;

import dev.weft.bench.engine.Engine;
import dev.weft.bench.engine.RecurrentWork;
import dev.weft.nn.Embedding;
import dev.weft.nn.Linear;
import dev.weft.nn.Place;
import dev.weft.nn.io.Safetensors;
import dev.weft.nn.optim.Adam;
import dev.weft.nn.optim.Clip;
import dev.weft.rnn.Rnn;
import dev.weft.rnn.RnnConfig;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Gating;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/// Backpropagation through all steps of a recurrent network.
final class WeftRecurrentTraining implements Engine.Training {
  private final RecurrentWork work;
  private final Device device;
  private final ParameterSet parameters;
  private final Embedding embedding;
  private final Rnn rnn;
  private final Linear head;
  private final Adam optimizer;

  WeftRecurrentTraining(Device device, RecurrentWork work, Path weights) throws IOException {
    this.work = work;
    this.device = device;
    parameters = new ParameterSet(work.name(), device, DType.F32);
    Place root = Place.in(parameters);
    embedding = new Embedding(root.at("embedding"), work.vocabulary(), work.embedding());
    Gating gating = Gating.valueOf(work.cell().toUpperCase(Locale.ROOT));
    RnnConfig config = RnnConfig.of(gating, work.embedding(), work.hidden());
    rnn = new Rnn(root.at("rnn"), config.withLayers(work.layers()), null);
    head = new Linear(root.at("head"), work.hidden(), work.out());
    parameters.allocate();
    try (Safetensors file = Safetensors.open(weights)) {
      for (Parameter parameter : parameters.all()) {
        file.load(parameter.name(), parameter.tensor());
      }
    }
    parameters.changed();
    optimizer = new Adam(parameters);
  }

  @Override
  public double step() {
    parameters.zeroGrad();
    try (Tape tape = new Tape()) {
      Tensor x =
          embedding.forward(Tensor.ids(device, Shape.of(work.steps(), work.rows()), work.ids()));
      Tensor states = rnn.forward(x, null, null).states();
      if (work.classes() > 0) {
        states = Ops.slice(states, 0, work.steps() - 1, work.steps());
      }
      int count = work.targets().length;
      Tensor logits = head.forward(states.reshape(count, work.hidden()));
      Tensor loss = Ops.crossEntropy(logits, Tensor.ids(device, Shape.of(count), work.targets()));
      tape.backward(loss);
      Clip.globalNorm(parameters, 1);
      optimizer.step(1e-3);
      return loss.toFloats()[0];
    }
  }

  @Override
  public void close() {
    parameters.close();
  }
}
