package dev.weft.rnn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.decoding.Candidates;
import dev.weft.decoding.Chooser;
import dev.weft.decoding.Continuation;
import dev.weft.decoding.Generator;
import dev.weft.decoding.LanguageModel;
import dev.weft.decoding.Sampler;
import dev.weft.decoding.Stop;
import dev.weft.nn.Noise;
import dev.weft.nn.OnDevices;
import dev.weft.nn.Place;
import dev.weft.nn.optim.Adam;
import dev.weft.nn.optim.Schedule;
import dev.weft.nn.train.Trainer;
import dev.weft.tensor.DType;
import dev.weft.tensor.Gating;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// The loop that samples surnames, step by step.
class NameSamplerTest extends OnDevices {
  private static final Vectorizer LETTERS =
      new Vectorizer(Level.CHARACTERS, Vocabulary.of(List.of("a", "b", "c", "d", "e", "f", "g")));
  private static final RnnConfig RNN =
      RnnConfig.of(Gating.TANH, 6, 9).withFirst(RnnConfig.FirstState.ONES);
  private static final LanguageModelConfig CONFIG =
      LanguageModelConfig.of(LETTERS.vocabularySize(), RNN);

  private SmallLanguageModel open(LanguageModelConfig config) {
    return new SmallLanguageModel(device, config, DType.F32);
  }

  @Test
  @DisplayName("S4-01: names start from a state of ones and the start token")
  void namesStartFromOnesAndTheStartToken() {
    try (SmallLanguageModel small = open(CONFIG);
        Scope _ = Scope.noGrad()) {
      RnnInference net = small.inference;
      States ones = net.first(2);
      float[] expected = new float[18];
      Arrays.fill(expected, 1);
      assertArrayEquals(expected, ones.parts().getFirst().h().toFloats());
      // The first draws are those of one step by hand, from ones and START.
      Tensor x = net.embed(Tensor.ids(device, Shape.of(2), Vocabulary.START, Vocabulary.START));
      float[] logits = net.scores(net.cell().step(x, ones).hidden()).toFloats();
      int[][] drawn = new NameSampler(net, 1, 7).ids(200, 1);
      Candidates candidates = new Candidates();
      for (int r = 0; r < drawn.length; r++) {
        candidates.load(logits, 0, LETTERS.vocabularySize());
        double uniform = Philox.uniform(7, Philox.Purpose.TOKEN, 1, r);
        assertEquals(Chooser.CATEGORICAL.choose(candidates, uniform), drawn[r][0], "row " + r);
      }
    }
  }

  @Test
  @DisplayName("S4-02: the loop's steps give the ids of a run over the sequence")
  void stepsAgreeWithARunOverTheSequence() {
    LanguageModelConfig lstm =
        LanguageModelConfig.of(
            LETTERS.vocabularySize(), RnnConfig.of(Gating.LSTM, 6, 9).withLayers(2));
    for (LanguageModelConfig config : List.of(CONFIG, lstm)) {
      try (SmallLanguageModel small = open(config)) {
        int[][] ids = new NameSampler(small.inference, 0.9, 5).ids(4, 12);
        Generator generator =
            new Generator(Sampler.of(0.9, 0, 0, 0), 5, 12).stop(Stop.endTokens(Vocabulary.END));
        List<Continuation> written =
            generator.generate(small.inference, new int[] {Vocabulary.START}, 4);
        for (int r = 0; r < 4; r++) {
          int[] generated = written.get(r).generated();
          assertArrayEquals(generated, Arrays.copyOf(ids[r], generated.length), "row " + r);
        }
      }
    }
  }

  @Test
  @DisplayName("S4-03: each row draws on its own, and any one can be drawn again alone")
  void rowsAreIndependent() {
    try (SmallLanguageModel small = open(CONFIG);
        Scope _ = Scope.noGrad()) {
      NameSampler sampler = new NameSampler(small.inference, 1.5, 5);
      int[][] together = sampler.ids(5, 9);
      Set<String> different = new HashSet<>();
      for (int r = 0; r < 5; r++) {
        assertArrayEquals(together[r], sampler.ids(small.inference.first(1), r, 9)[0]);
        different.add(Arrays.toString(together[r]));
      }
      assertEquals(5, different.size());
    }
  }

  @Test
  @DisplayName("S4-03: a temperature that is not above 0 is refused")
  void theTemperatureMustBeAboveZero() {
    try (SmallLanguageModel small = open(CONFIG)) {
      for (double bad : new double[] {0, -1, Double.NaN}) {
        assertThrows(
            IllegalArgumentException.class, () -> new NameSampler(small.inference, bad, 1));
      }
    }
  }

  @Test
  @DisplayName("S4-04, T16: T steps give a row of T sampled ids for each name")
  void eachRowHasTheIdsOfItsSteps() {
    try (SmallLanguageModel small = open(CONFIG)) {
      int[][] ids = new NameSampler(small.inference, 1, 5).ids(3, 7);
      assertEquals(3, ids.length);
      for (int[] row : ids) {
        assertEquals(7, row.length);
        for (int id : row) {
          assertTrue(id >= 0 && id < LETTERS.vocabularySize());
        }
      }
    }
  }

  @Test
  @DisplayName("S4-06, T17: one name for each row, for one row and one step too")
  void oneNameForEachRow() {
    try (SmallLanguageModel small = open(CONFIG)) {
      NameSampler sampler = new NameSampler(small.inference, 1, 5);
      assertEquals(4, sampler.names(4, 8, LETTERS).size());
      assertEquals(1, sampler.names(1, 8, LETTERS).size());
      assertEquals(sampler.names(4, 8, LETTERS).subList(0, 1), sampler.names(1, 8, LETTERS));
      assertEquals(3, sampler.names(3, 1, LETTERS).size());
      assertEquals(1, sampler.ids(1, 1).length);
      assertEquals(1, sampler.ids(1, 1)[0].length);
      assertEquals(LETTERS.texts(sampler.ids(4, 8)), sampler.names(4, 8, LETTERS));
      assertThrows(IllegalArgumentException.class, () -> sampler.ids(1, 0));
    }
  }

  @Test
  @DisplayName("S4-07: a high temperature levels the draws, a low one takes the likeliest")
  void temperatureActsAsElsewhere() {
    try (SmallLanguageModel small = open(CONFIG)) {
      int v = LETTERS.vocabularySize();
      int[] counts = new int[v];
      for (int[] row : new NameSampler(small.inference, 1e4, 5).ids(2000, 1)) {
        counts[row[0]]++;
      }
      for (int count : counts) {
        assertEquals(2000.0 / v, count, 60);
      }
      int[][] cold = new NameSampler(small.inference, 1e-3, 5).ids(50, 6);
      for (int[] row : cold) {
        assertArrayEquals(cold[0], row);
      }
    }
  }

  @Test
  @DisplayName("S4-08, S4-09: a model of names of two kinds learns them, and samples of one kind")
  void aModelOfNamesLearns() throws Exception {
    List<String> names = List.of("abe", "ade", "aae", "fgc", "fgd", "fga");
    int[] kinds = {0, 0, 0, 1, 1, 1};
    int[][] rows = new int[names.size()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = LETTERS.vectorize(names.get(i));
    }
    LanguageModelConfig config =
        LanguageModelConfig.of(LETTERS.vocabularySize(), RnnConfig.of(Gating.GRU, 8, 16))
            .withClasses(2);
    Bucketing bucketing = Bucketing.of(rows, 3, 1);
    try (ParameterSet parameters = parameters()) {
      RnnLanguageModel model = new RnnLanguageModel(Place.in(parameters), config, new Noise(1));
      parameters.allocate(1);
      new Trainer(
              model,
              new Adam(parameters),
              Schedule.constant(0.02),
              number -> {
                List<int[]> batches = bucketing.epoch((int) number / 2).batches();
                PaddedBatch batch = PaddedBatch.of(rows, batches.get((int) number % 2));
                return model.loss(batch, batch.of(kinds));
              })
          .train(150);
      // Three equally likely names of a kind: ln 3 for each of them, and nothing for the rest.
      Score score = Score.of(model, rows, kinds);
      assertEquals(24, score.tokens());
      assertEquals(6 * Math.log(3), score.loss(), 0.4);
      assertEquals(score.loss() / Math.log(2) / 24, score.bitsPer(24), 1e-9);
      try (RnnInference inference = RnnInference.of(model, DType.F32);
          Scope _ = Scope.noGrad()) {
        NameSampler sampler = new NameSampler(inference, 0.5, 3);
        States first = inference.firstOf(0, 1, 0, 1, 0, 1);
        List<String> sampled = sampler.names(first, 0, 10, LETTERS);
        for (int r = 0; r < 6; r++) {
          assertTrue(sampled.get(r).startsWith(r % 2 == 0 ? "a" : "fg"), sampled.toString());
        }
        LanguageModel italian = inference.given(1);
        Generator generator =
            new Generator(Sampler.of(0.5, 0, 0, 0), 3, 10).stop(Stop.endTokens(Vocabulary.END));
        int[] ids = generator.generate(italian, Vocabulary.START).generated();
        int[] same = sampler.ids(inference.firstOf(1), 0, 10)[0];
        assertArrayEquals(ids, Arrays.copyOf(same, ids.length));
        assertFalse(ids.length == 10);
      }
    }
  }
}
