package dev.weft.examples;

import dev.weft.nn.Place;
import dev.weft.nn.optim.Adam;
import dev.weft.rnn.ClassifierConfig;
import dev.weft.rnn.RnnConfig;
import dev.weft.rnn.RnnConfig.Biases;
import dev.weft.rnn.SequenceClassifier;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Gating;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;

/// Two small classifiers of sequences, each trained for one step on random data and asked for a
/// class: one reads float vectors, the other ids through an embedding. Each comes with one bias, as
/// a layer of Keras has, and with two, as one of PyTorch has.
final class DummyClassifiers {
  private static final int CLASSES = 2;
  private static final double RATE = 0.01;
  private static final long SEED = 1;

  private DummyClassifiers() {}

  /// 16 sequences of 5 vectors of 10 numbers, through 20 units.
  static void ofVectors(Setting setting) {
    RnnConfig rnn = RnnConfig.of(Gating.TANH, 10, 20);
    for (Biases biases : new Biases[] {Biases.ONE, Biases.TWO}) {
      ClassifierConfig config = ClassifierConfig.ofVectors(rnn.withBiases(biases), CLASSES);
      run(
          setting,
          biases,
          config,
          16,
          (random, rows) -> RandomData.normal(setting.device(), random, rows, 5, 10));
    }
  }

  /// 4 sequences of 7 of 50 ids, embedded in 8 numbers each, through 16 units.
  static void ofIds(Setting setting) {
    RnnConfig rnn = RnnConfig.of(Gating.TANH, 8, 16);
    for (Biases biases : new Biases[] {Biases.ONE, Biases.TWO}) {
      ClassifierConfig config = ClassifierConfig.ofIds(50, rnn.withBiases(biases), CLASSES);
      run(
          setting,
          biases,
          config,
          4,
          (random, rows) -> RandomData.ids(setting.device(), random, 50, rows, 7));
    }
  }

  /// Makes so many sequences.
  private interface Sequences {
    Tensor draw(Philox random, int rows);
  }

  private static void run(
      Setting setting, Biases biases, ClassifierConfig config, int rows, Sequences sequences) {
    Device device = setting.device();
    PrintWriter out = setting.out();
    Philox random = new Philox(SEED, Philox.Purpose.SHUFFLE, 0, 0);
    try (ParameterSet parameters = new ParameterSet("dummy", device, DType.F32)) {
      SequenceClassifier model = new SequenceClassifier(Place.in(parameters), config, null);
      parameters.allocate(SEED);
      Adam adam = new Adam(parameters);
      out.printf(
          "%s: %d parameters%n",
          biases == Biases.ONE ? "one bias, as in Keras" : "two biases, as in PyTorch",
          parameters.count());
      try (Tape tape = new Tape()) {
        Tensor inputs = sequences.draw(random, rows);
        Tensor targets = RandomData.ids(device, random, CLASSES, rows);
        SequenceClassifier.Result result = model.forward(inputs);
        Tensor loss = result.logits().loss(targets);
        tape.backward(loss);
        adam.step(RATE);
        out.printf(
            "  %s -> %s -> %s -> %s%n",
            inputs.shape(),
            result.embedded().shape(),
            result.states().shape(),
            result.logits().values().shape());
        out.printf(Locale.ROOT, "  training loss %.4f%n", loss.item());
        if (model.embedding() != null) {
          Tensor first = result.embedded().slice(0, 0, 1).reshape(7, 8);
          out.println("  learned embeddings of the first sequence: " + first.shape());
          out.println("    " + Arrays.toString(first.slice(0, 0, 1).toFloats()));
          out.println("  weight of the embedding: " + model.embedding().weight().shape());
        }
      }
      model.eval();
      try (Scope _ = Scope.noGrad()) {
        int[] classes = model.forward(sequences.draw(random, 1)).logits().classes();
        out.println("  predicted class of a new sequence: " + classes[0]);
      }
    }
  }
}
