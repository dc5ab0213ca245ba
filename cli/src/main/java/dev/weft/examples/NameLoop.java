package dev.weft.examples;

import dev.weft.decoding.Sampling;
import dev.weft.nn.Noise;
import dev.weft.nn.Place;
import dev.weft.nn.optim.Adam;
import dev.weft.nn.optim.Schedule;
import dev.weft.nn.train.Trainer;
import dev.weft.rnn.Cell;
import dev.weft.rnn.LanguageModelConfig;
import dev.weft.rnn.Level;
import dev.weft.rnn.PaddedBatch;
import dev.weft.rnn.RnnConfig;
import dev.weft.rnn.RnnConfig.FirstState;
import dev.weft.rnn.RnnInference;
import dev.weft.rnn.RnnLanguageModel;
import dev.weft.rnn.Score;
import dev.weft.rnn.States;
import dev.weft.rnn.Vectorizer;
import dev.weft.rnn.Vocabulary;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Gating;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Family names, letter by letter: a small network learns a list of them, then a loop over single
/// steps draws new ones. All rows begin with a state of ones and the start token; each draws by
/// itself, and what it drew goes in next. [dev.weft.rnn.NameSampler] is the same loop, ready made.
final class NameLoop {
  private static final List<String> NAMES =
      List.of(
          "Adler",
          "Bauer",
          "Becker",
          "Brandt",
          "Engel",
          "Fischer",
          "Hahn",
          "Keller",
          "Kramer",
          "Lehmann",
          "Maier",
          "Neumann",
          "Richter",
          "Schuster",
          "Vogel",
          "Wagner",
          "Weber",
          "Winkler");
  private static final long SEED = 1;
  private static final int UPDATES = 120;
  private static final int ROWS = 5;
  private static final int STEPS = 12;
  private static final double TEMPERATURE = 0.8;

  private NameLoop() {}

  static void run(Setting setting) {
    Vectorizer letters = Vectorizer.fit(Level.CHARACTERS, NAMES, 1, Integer.MAX_VALUE);
    RnnConfig rnn = RnnConfig.of(Gating.TANH, 16, 32).withFirst(FirstState.ONES);
    LanguageModelConfig config = LanguageModelConfig.of(letters.vocabularySize(), rnn);
    try (ParameterSet parameters = new ParameterSet("names", setting.device(), DType.F32)) {
      RnnLanguageModel model = new RnnLanguageModel(Place.in(parameters), config, new Noise(SEED));
      parameters.allocate(SEED);
      PrintWriter out = setting.out();
      out.printf(
          "%d names of %d symbols, the special ones included; %d parameters%n",
          NAMES.size(), letters.vocabularySize(), parameters.count());
      train(model, letters, out);
      try (RnnInference net = RnnInference.of(model, DType.F32)) {
        int[][] ids = draw(net, setting.device());
        List<String> names = letters.texts(ids); // up to the end token, without the start
        for (int r = 0; r < ROWS; r++) {
          out.println(Arrays.toString(ids[r]) + " -> " + names.get(r));
        }
      }
    }
  }

  private static void train(RnnLanguageModel model, Vectorizer letters, PrintWriter out) {
    int[][] rows = NAMES.stream().map(letters::vectorize).toArray(int[][]::new);
    PaddedBatch batch = PaddedBatch.of(rows);
    double before = Score.of(model, rows).mean();
    try {
      new Trainer(
              model, new Adam(model.parameters()), Schedule.constant(0.01), _ -> model.loss(batch))
          .clip(1)
          .train(UPDATES);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    double after = Score.of(model, rows).mean();
    out.printf(Locale.ROOT, "loss per letter %.3f, after training %.3f%n", before, after);
  }

  /// A row of drawn ids for each name: (B, T).
  private static int[][] draw(RnnInference net, Device device) {
    int[][] ids = new int[ROWS][STEPS];
    Philox[] random = new Philox[ROWS];
    Arrays.setAll(random, row -> new Philox(SEED, Philox.Purpose.TOKEN, 0, row));
    int[] newest = new int[ROWS];
    Arrays.fill(newest, Vocabulary.START);
    try (Scope _ = Scope.noGrad()) {
      States states = net.first(ROWS); // ones
      for (int t = 0; t < STEPS; t++) {
        Tensor x = net.embed(Tensor.ids(device, Shape.of(ROWS), newest)); // (B, I)
        Cell.Step step = net.cell().step(x, states);
        states = step.states();
        Tensor logits = net.scores(step.hidden()); // (B, V)
        for (int r = 0; r < ROWS; r++) {
          float[] row = logits.slice(0, r, r + 1).toFloats();
          // softmax(y / T), and one draw
          newest[r] = Sampling.sampleBasic(Sampling.applyTemperature(row, TEMPERATURE), random[r]);
          ids[r][t] = newest[r];
        }
      }
    }
    return ids;
  }
}
