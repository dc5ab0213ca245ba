package dev.weft.rnn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.nn.Golden;
import dev.weft.nn.Noise;
import dev.weft.nn.OnDevices;
import dev.weft.nn.Place;
import dev.weft.nn.optim.Adam;
import dev.weft.nn.optim.Schedule;
import dev.weft.nn.train.Objective;
import dev.weft.nn.train.Trainer;
import dev.weft.tensor.Gating;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// Recurrent language models in training: losses, masks, tying, classes.
class RnnLanguageModelTest extends OnDevices {
  private static final int[][] ROWS = {{2, 5, 6, 7, 3}, {2, 8, 3, 0, 0}, {2, 9, 9, 3, 0}};
  private static final int[] LENGTHS = {5, 3, 4};

  /// The loss of some rows, and the gradients of all parameters.
  private List<float[]> bits(
      LanguageModelConfig config, int[][] rows, int[] lengths, int... kinds) {
    try (ParameterSet parameters = parameters();
        Tape tape = new Tape()) {
      RnnLanguageModel model = new RnnLanguageModel(Place.in(parameters), config, null);
      parameters.allocate(5);
      Objective.Batch batch = model.loss(rows, lengths, kinds);
      tape.backward(batch.loss());
      List<float[]> bits = new ArrayList<>();
      bits.add(batch.loss().toFloats());
      for (Parameter parameter : parameters.all()) {
        bits.add(parameter.gradient().toFloats());
      }
      return bits;
    }
  }

  private static void assertSameBits(List<float[]> wanted, List<float[]> got) {
    assertEquals(wanted.size(), got.size());
    for (int i = 0; i < wanted.size(); i++) {
      assertArrayEquals(wanted.get(i), got.get(i), "part " + i);
    }
  }

  @Test
  @DisplayName("S0-21: whatever stands behind a row's end changes no bit of loss and gradients")
  void paddingChangesNothing() {
    int[][] otherwise = {{2, 5, 6, 7, 3, 9, 1}, {2, 8, 3, 4, 4}, {2, 9, 9, 3}};
    for (Gating gating : Gating.values()) {
      LanguageModelConfig config = SmallLanguageModel.config(gating);
      assertSameBits(bits(config, ROWS, LENGTHS), bits(config, otherwise, LENGTHS));
    }
  }

  @Test
  @DisplayName("S0-21: a batch's loss is the mean over the real tokens of its rows")
  void theLossIsTheMeanOverRealTokens() {
    LanguageModelConfig config = SmallLanguageModel.config(Gating.LSTM);
    double sum = 0;
    for (int b = 0; b < ROWS.length; b++) {
      int[][] alone = {Arrays.copyOf(ROWS[b], LENGTHS[b])};
      sum += bits(config, alone, new int[] {LENGTHS[b]}).getFirst()[0] * (LENGTHS[b] - 1.0);
    }
    assertEquals(sum / 9, bits(config, ROWS, LENGTHS).getFirst()[0], 1e-6);
  }

  @Test
  @DisplayName("S0-21: a batch without any token to predict is refused")
  void aBatchWithNothingToPredictIsRefused() {
    LanguageModelConfig config = SmallLanguageModel.config(Gating.LSTM);
    var error =
        assertThrows(IllegalArgumentException.class, () -> bits(config, ROWS, new int[] {1, 0, 1}));
    assertEquals("language model: none of the 3 rows has a next id to predict", error.getMessage());
  }

  @Test
  void rowsCountOnlyWhereTheyHaveANextId() {
    LanguageModelConfig config = SmallLanguageModel.config(Gating.GRU);
    List<float[]> without = bits(config, new int[][] {ROWS[0]}, new int[] {5});
    List<float[]> with = bits(config, new int[][] {ROWS[0], {2, 0}}, new int[] {5, 1});
    assertArrayEquals(without.getFirst(), with.getFirst());
  }

  @Test
  @DisplayName("S0-32: a tied head's gradient is the sum of both uses of the matrix")
  void aTiedHeadGetsTheGradientsOfBothUses() {
    RnnConfig square = RnnConfig.of(Gating.LSTM, 6, 6);
    LanguageModelConfig tied = LanguageModelConfig.of(11, square).withTied(true);
    LanguageModelConfig apart = LanguageModelConfig.of(11, square);
    try (ParameterSet one = parameters();
        ParameterSet two = parameters()) {
      RnnLanguageModel tiedModel = new RnnLanguageModel(Place.in(one), tied, null);
      RnnLanguageModel model = new RnnLanguageModel(Place.in(two), apart, null);
      one.allocate(5);
      two.allocate(6);
      for (Parameter parameter : one.all()) {
        two.get(parameter.name()).tensor().set(parameter.tensor().toFloats());
      }
      two.get("head.weight").tensor().set(one.get("embedding.weight").tensor().toFloats());
      assertEquals(two.count() - 11 * 6, one.count());
      try (Tape tape = new Tape()) {
        tape.backward(tiedModel.loss(ROWS, LENGTHS).loss());
      }
      try (Tape tape = new Tape()) {
        tape.backward(model.loss(ROWS, LENGTHS).loss());
      }
      double[] embedding = two.get("embedding.weight").gradient().toDoubles();
      double[] head = two.get("head.weight").gradient().toDoubles();
      double[] sum = new double[embedding.length];
      Arrays.setAll(sum, i -> embedding[i] + head[i]);
      Golden.assertClose(
          "tied", sum, one.get("embedding.weight").gradient().toDoubles(), 1e-5, 1e-6);
    }
  }

  @Test
  void eachSequenceHasAClassWhereThereAreClassesAndNoneElse() {
    LanguageModelConfig config = SmallLanguageModel.config(Gating.GRU);
    int[][] counts = {{0, 1}, {0, 3}, {4, 0}, {4, 1}, {4, 2}, {4, 4}}; // of classes, and given
    for (int[] count : counts) {
      try (ParameterSet parameters = parameters();
          Scope _ = Scope.noGrad()) {
        var model = new RnnLanguageModel(Place.in(parameters), config.withClasses(count[0]), null);
        parameters.allocate(5);
        int[] given = new int[count[1]];
        String wanted = (count[0] == 0 ? 0 : 3) + " classes, but " + count[1] + " are given";
        for (Executable run :
            List.<Executable>of(
                () -> model.loss(ROWS, LENGTHS, given), () -> Score.of(model, ROWS, given))) {
          var error = assertThrows(IllegalArgumentException.class, run);
          assertTrue(error.getMessage().contains(wanted), error.getMessage());
        }
      }
    }
  }

  @Test
  @DisplayName("S0-33: a head tied to embeddings of another size is refused")
  void tyingNeedsEqualSizes() {
    RnnConfig rnn = RnnConfig.of(Gating.LSTM, 6, 9);
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> LanguageModelConfig.of(11, rnn).withTied(true));
    assertTrue(error.getMessage().contains("6 and 9"), error.getMessage());
  }

  @Test
  @DisplayName("S0-55: perplexity falls and is the exponential of the mean loss")
  void perplexityFalls() throws Exception {
    String text = "the cat sat on the mat and the rat sat on the cat ".repeat(12);
    Vectorizer vectorizer = Vectorizer.fit(Level.CHARACTERS, List.of(text), 1, 100);
    int[] ids = vectorizer.ids(text);
    TokenStream training = new TokenStream(Arrays.copyOf(ids, 500), 4);
    TokenStream held = new TokenStream(Arrays.copyOfRange(ids, 500, ids.length), 1);
    RnnConfig rnn = RnnConfig.of(Gating.GRU, 16, 16);
    LanguageModelConfig config =
        LanguageModelConfig.of(vectorizer.vocabularySize(), rnn).withTied(true).withDropout(0.1);
    try (ParameterSet parameters = parameters()) {
      Noise noise = new Noise(1);
      RnnLanguageModel model = new RnnLanguageModel(Place.in(parameters), config, noise);
      parameters.allocate(1);
      Score before = Score.of(model, held, 20);
      try (TruncatedBptt objective = new TruncatedBptt(model, training, 16, 16)) {
        new Trainer(model, new Adam(parameters), Schedule.constant(0.02), objective)
            .noise(noise)
            .clip(1)
            .train(80);
      }
      Score after = Score.of(model, held, 20);
      assertEquals(held.steps(), after.tokens());
      assertTrue(before.perplexity() > 10, before + "");
      assertTrue(after.perplexity() < 3, after + "");
      // The whole text at once gives the same mean, whose exponential is the perplexity.
      try (Scope _ = Scope.noGrad()) {
        Tensor all = held.inputs(device, 0, held.steps());
        Tensor logits = model.forward(all, null, null).logits();
        double mean = Ops.crossEntropy(logits, held.targets(device, 0, held.steps())).item();
        assertEquals(mean, after.mean(), 1e-5);
        assertEquals(Math.exp(mean), after.perplexity(), 1e-3);
      }
    }
  }

  @Test
  void aStateCarriedOnGivesTheBitsOfOneRun() {
    LanguageModelConfig config = SmallLanguageModel.config(Gating.LSTM);
    try (ParameterSet parameters = parameters();
        Scope _ = Scope.noGrad()) {
      RnnLanguageModel model = new RnnLanguageModel(Place.in(parameters), config, null);
      parameters.allocate(5);
      Tensor ids = Tensor.ids(device, Shape.of(4, 2), 1, 2, 3, 4, 5, 6, 7, 8);
      Tensor whole = model.forward(ids, null, null).logits();
      RnnLanguageModel.Result half = model.forward(ids.slice(0, 0, 3), null, null);
      Tensor rest = model.forward(ids.slice(0, 3, 4), half.last(), null).logits();
      assertArrayEquals(whole.slice(0, 3, 4).toFloats(), rest.toFloats());
    }
  }

  @Test
  @DisplayName("S4-09: a class sets the initial state, and its gradient goes to its own row")
  void aClassSetsTheInitialState() {
    LanguageModelConfig config = SmallLanguageModel.config(Gating.LSTM).withClasses(4);
    try (ParameterSet parameters = parameters();
        Tape tape = new Tape()) {
      RnnLanguageModel model = new RnnLanguageModel(Place.in(parameters), config, null);
      parameters.allocate(5);
      assertEquals(Shape.of(4, 2 * 2 * 9), parameters.get("classes.weight").shape());
      tape.backward(model.loss(ROWS, LENGTHS, 1, 3, 1).loss());
      float[] gradient = parameters.get("classes.weight").gradient().toFloats();
      for (int kind = 0; kind < 4; kind++) {
        float[] row = Arrays.copyOfRange(gradient, kind * 36, (kind + 1) * 36);
        assertEquals(kind % 2 == 0, Arrays.equals(new float[36], row), "class " + kind);
      }
    }
    List<float[]> one = bits(config, ROWS, LENGTHS, 1, 1, 1);
    List<float[]> other = bits(config, ROWS, LENGTHS, 2, 2, 2);
    assertFalse(Arrays.equals(one.getFirst(), other.getFirst()));
    var error = assertThrows(IllegalArgumentException.class, () -> bits(config, ROWS, LENGTHS));
    assertTrue(error.getMessage().contains("but 0 are given"), error.getMessage());
  }

  @Test
  void aNetworkThatReadsBackwardsIsRefused() {
    RnnConfig both = RnnConfig.of(Gating.GRU, 3, 3).withBidirectional(true);
    assertThrows(IllegalArgumentException.class, () -> LanguageModelConfig.of(5, both));
  }
}
