package dev.weft.bench;

import dev.weft.nn.Embedding;
import dev.weft.nn.Linear;
import dev.weft.nn.Place;
import dev.weft.nn.optim.Adam;
import dev.weft.nn.optim.Clip;
import dev.weft.rnn.Rnn;
import dev.weft.rnn.RnnConfig;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Gating;
import dev.weft.tensor.Ops;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// Training steps of recurrent networks: forward, backward through all steps, clip, Adam, in F32;
/// and the memory of a step, by owner.
final class RecurrentTraining implements Benchmark {
  private static final int RUNS = 21;

  /// A network and its batch.
  ///
  /// @param classes 0: a language model, with a target at each step
  private record Work(
      String name,
      Gating gating,
      int vocabulary,
      int embedding,
      int hidden,
      int layers,
      int rows,
      int steps,
      int classes) {
    int targets() {
      return classes > 0 ? rows : rows * steps;
    }

    int out() {
      return classes > 0 ? classes : vocabulary;
    }

    /// Of the products: forward, and twice as many backward.
    double flops() {
      double flops = 0;
      for (int layer = 0; layer < layers; layer++) {
        int in = layer == 0 ? embedding : hidden;
        flops += 2.0 * steps * rows * gating.blocks() * hidden * (in + hidden);
      }
      return 3 * (flops + 2.0 * targets() * hidden * out());
    }
  }

  private static final List<Work> ALL =
      List.of(
          new Work("LSTM language model", Gating.LSTM, 10_000, 256, 512, 2, 32, 64, 0),
          new Work("tanh character model", Gating.TANH, 100, 256, 256, 1, 64, 100, 0),
          new Work("LSTM classifier", Gating.LSTM, 5_000, 64, 128, 1, 64, 50, 2),
          new Work("GRU classifier", Gating.GRU, 5_000, 64, 128, 1, 64, 50, 2));

  @Override
  public String name() {
    return "rnn";
  }

  @Override
  public List<Row> run(Device device, int threads) {
    List<Row> rows = new ArrayList<>();
    for (Work work : ALL) {
      try (Model model = new Model(work, device)) {
        model.step();
        device.resetPeak();
        double[] seconds = Stopwatch.seconds(device, model::step, 6, RUNS);
        double limit = work.flops() / (Limits.gigaflops(device, threads) * 1e6);
        String name = "f32 " + work.name;
        rows.add(
            new Row(
                name(),
                name + " step",
                1000 * Stopwatch.median(seconds),
                1000 * seconds[RUNS - 1],
                "ms",
                limit));
        long weights = 4 * model.parameters.valuesAndBuffers().size();
        long activations = device.stats().peakBytes() - 4 * weights;
        rows.add(memory(name + " weights", weights));
        rows.add(memory(name + " gradients", weights));
        rows.add(memory(name + " moments", 2 * weights));
        rows.add(memory(name + " activations", activations));
      }
    }
    return rows;
  }

  private Row memory(String variant, long bytes) {
    double mebibytes = bytes / (double) (1 << 20);
    return new Row(name(), variant, mebibytes, mebibytes, "MiB", Double.NaN);
  }

  private static final class Model implements AutoCloseable {
    private final Work work;
    private final Device device;
    private final ParameterSet parameters;
    private final Embedding embedding;
    private final Rnn rnn;
    private final Linear head;
    private final Adam optimizer;
    private final int[] ids;
    private final int[] targets;

    Model(Work work, Device device) {
      this.work = work;
      this.device = device;
      parameters = new ParameterSet(work.name, device, DType.F32);
      Place root = Place.in(parameters);
      embedding = new Embedding(root.at("embedding"), work.vocabulary, work.embedding);
      RnnConfig config =
          RnnConfig.of(work.gating, work.embedding, work.hidden).withLayers(work.layers);
      rnn = new Rnn(root.at("rnn"), config, null);
      head = new Linear(root.at("head"), work.hidden, work.out());
      parameters.allocate(1);
      optimizer = new Adam(parameters);
      Philox random = new Philox(2, Philox.Purpose.SHUFFLE, 0, 0);
      ids = draw(random, work.rows * work.steps, work.vocabulary);
      targets = draw(random, work.targets(), work.out());
    }

    private static int[] draw(Philox random, int count, int bound) {
      int[] ids = new int[count];
      for (int i = 0; i < count; i++) {
        ids[i] = random.nextInt(bound);
      }
      return ids;
    }

    void step() {
      parameters.zeroGrad();
      try (Tape tape = new Tape()) {
        Tensor x = embedding.forward(Tensor.ids(device, Shape.of(work.steps, work.rows), ids));
        Tensor states = rnn.forward(x, null, null).states();
        if (work.classes > 0) {
          states = Ops.slice(states, 0, work.steps - 1, work.steps);
        }
        Tensor logits = head.forward(states.reshape(work.targets(), work.hidden));
        Tensor loss =
            Ops.crossEntropy(logits, Tensor.ids(device, Shape.of(work.targets()), targets));
        tape.backward(loss);
        Clip.globalNorm(parameters, 1);
        optimizer.step(1e-3);
      }
    }

    @Override
    public void close() {
      parameters.close();
    }
  }
}
