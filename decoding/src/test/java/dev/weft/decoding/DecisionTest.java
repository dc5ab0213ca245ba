package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.Philox;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DecisionTest {
  // Probabilities after temperature 0.5: 0.64, 0.16, 0.04, 0.04, 0.01 and so on, over 0.9.
  private static final float[] LOGITS = Draws.logs(1.5, 0.8, 0.4, 0.2, 0.2, 0.1, 0.1);
  private static final History HISTORY = Kept.history(new int[] {5, 5}, 0);
  private static final ToyTokenizer LETTERS = new ToyTokenizer("a", "b\n", "c", "d", "e", "f");

  private static List<String> stages(Decision decision) {
    return decision.stages().stream().map(Decision.Stage::name).toList();
  }

  @Test
  @DisplayName(
      "S1-11: the decision record lists temperature, penalty, top-k and top-p in this order")
  void stagesInOrder() {
    Decision decision = Sampler.of(0.5, 1, 3, 0.9).decide(LOGITS, HISTORY, 0.5, 3);
    assertEquals(
        List.of("temperature 0.5", "frequency penalty 1.0", "top-k 3", "top-p 0.9"),
        stages(decision));
    assertEquals(3, decision.step());
    assertEquals(0.5, decision.uniform());
  }

  @Test
  void drawsWhatNextDraws() {
    Philox random = Draws.stream(4);
    float[] logits = Draws.random(2, 200, 2);
    List<Sampler> samplers =
        List.of(
            Sampler.GREEDY,
            Sampler.of(0.8, 0.5, 20, 0.9),
            Preset.LLAMA_CPP.sampler(Preset.LLAMA_CPP.defaults()),
            new Sampler(List.of(), (candidates, u) -> candidates.id((int) (u * 3))));
    for (Sampler sampler : samplers) {
      for (int n = 0; n < 50; n++) {
        double u = random.nextUniform();
        int id = sampler.next(new Candidates().load(logits, 0, 200), HISTORY, u);
        assertEquals(id, sampler.decide(logits, HISTORY, u, 0).chosen());
      }
    }
  }

  @Test
  void tellsWhatEachStageDidToAToken() {
    Decision decision = Sampler.of(0.5, 1, 3, 0.9).decide(LOGITS, HISTORY, 0.0, 6);
    assertEquals(6, decision.tokens().size());
    Decision.Token best = decision.token(0);
    assertEquals(0, best.rank());
    assertEquals(LOGITS[0], best.logit());
    assertEquals(0.8 / 1.8, best.modelProbability(), 1e-7);
    double halved = LOGITS[0] / 0.5f;
    assertEquals(List.of(halved, halved - 1, halved - 1, halved - 1), best.logits());
    assertNull(best.cutBy());
    Decision.Token third = decision.token(3);
    assertEquals(3, third.rank(), "as good as id 2, but with the larger id");
    assertEquals("top-k 3", third.cutBy());
    assertEquals(2, third.logits().size());
    assertEquals(0.0, third.probability());
    // Weights of top-p: 0.64 / e, 0.16, 0.04.
    double total = 0.64 / Math.E + 0.2;
    assertTrue((total - 0.04) / total < 0.91 && (total - 0.04) / total > 0.9);
    assertEquals("top-p 0.9", decision.token(2).cutBy());
    assertEquals(0.16 / (total - 0.04), decision.token(1).probability(), 1e-6);
    assertEquals(0, decision.chosen());
    assertEquals(1, decision.runnerUp());
  }

  @Test
  @DisplayName("S0-46: the mass that top-k keeps is on record, and varies")
  void keptMass() {
    Decision decision = Sampler.of(0.5, 0, 3, 0).decide(LOGITS, HISTORY, 0.0, 1);
    assertEquals(new Decision.Stage("temperature 0.5", 6, 6, 1), decision.stages().get(0));
    Decision.Stage topK = decision.stages().get(1);
    assertEquals(6, topK.before());
    assertEquals(3, topK.after());
    assertEquals(0.84 / 0.9, topK.keptMass(), 1e-6);
    float[] flat = new float[30];
    assertEquals(
        0.1, Sampler.of(1, 0, 3, 0).decide(flat, HISTORY, 0, 1).stages().get(1).keptMass(), 1e-12);
    float[] peaked = Draws.logs(0, 0.97, 0.01, 0.01, 0.01);
    assertEquals(
        0.99,
        Sampler.of(1, 0, 3, 0).decide(peaked, new History(), 0, 1).stages().get(1).keptMass(),
        1e-6);
  }

  @Test
  @DisplayName("T5: the record says that temperature 0 passed over the penalty")
  void skippedStagesAreSaid() {
    Decision decision = Sampler.of(0, 9, 0, 0).decide(LOGITS, HISTORY, 0.7, 2);
    assertEquals(List.of("frequency penalty skipped: temperature 0"), decision.skipped());
    assertEquals(0, decision.chosen(), "although it stands in the history");
    assertTrue(decision.toText(LETTERS).contains("penalty skipped: temperature 0"));
    assertEquals(-1, decision.runnerUp());
    assertEquals(1, decision.token(0).probability());
  }

  @Test
  void anyFilterCanBeWatched() {
    Filter evens =
        (candidates, history) -> {
          for (int i = 0; i < candidates.size(); i++) {
            boolean odd = candidates.id(i) % 2 == 1;
            candidates.logit(i, odd ? Float.NEGATIVE_INFINITY : candidates.logit(i) + 1);
          }
        };
    Sampler sampler = new Sampler(List.of(evens), Chooser.CATEGORICAL);
    Decision decision = sampler.decide(LOGITS, HISTORY, 0.999, 2);
    assertEquals("filter", decision.stages().get(0).name());
    assertEquals(3, decision.stages().get(0).after());
    assertEquals(1.1 / 1.8, decision.stages().get(0).keptMass(), 1e-6);
    assertEquals(4, decision.chosen());
    assertEquals("filter", decision.token(1).cutBy());
    assertEquals(List.of((double) (LOGITS[4] + 1)), decision.token(4).logits());
  }

  @Test
  void aTokenThatAForcedStageBroughtBackIsNotCut() {
    Sampler sampler = new Sampler(List.of(new TopK(1), ForcedToken.first(4)), Chooser.CATEGORICAL);
    Decision.Token forced = sampler.decide(LOGITS, new History(), 0.5, 1).token(4);
    assertNull(forced.cutBy());
    assertEquals(List.of(Double.NEGATIVE_INFINITY, 0.0), forced.logits());
    assertEquals(1, forced.probability());
  }

  @Test
  void aTokenIsForcedWhereNothingWasPossible() {
    float[] nothing = new float[3];
    java.util.Arrays.fill(nothing, Float.NEGATIVE_INFINITY);
    Sampler sampler = new Sampler(List.of(ForcedToken.first(2)), Chooser.CATEGORICAL);
    Decision decision = sampler.decide(nothing, new History(), 0.5, 1);
    assertEquals(2, decision.chosen());
    assertEquals(0, decision.token(2).modelProbability());
    assertEquals(1, decision.token(2).probability());
  }

  @Test
  void keptMassIsNeverBelowNothing() {
    for (int seed = 0; seed < 50; seed++) {
      float[] others = Draws.random(seed, 500, 2);
      others[7] = Float.NEGATIVE_INFINITY;
      Sampler sampler = new Sampler(List.of(ForcedToken.first(7)), Chooser.CATEGORICAL);
      Decision decision = sampler.decide(others, new History(), 0.5, 1);
      assertEquals(0.0, decision.stages().get(0).keptMass(), 1e-12);
      assertTrue(decision.stages().get(0).keptMass() >= 0);
    }
  }

  @Test
  void showsTheLikeliestTheChosenAndTheRunnerUp() {
    float[] logits = {5, 4, 3, 2, Float.NEGATIVE_INFINITY};
    Sampler lastTwo =
        new Sampler(List.of(new BadWords(new int[] {0}, new int[] {1})), Chooser.CATEGORICAL);
    Decision decision = lastTwo.decide(logits, HISTORY, 0.999, 1);
    assertEquals(List.of(0, 2, 3), decision.tokens().stream().map(Decision.Token::id).toList());
    assertEquals(3, decision.chosen());
    assertEquals(2, decision.runnerUp());
    assertEquals(2, lastTwo.decide(logits, HISTORY, 0.999, 0).tokens().size());
    assertEquals(
        4, lastTwo.decide(logits, HISTORY, 0.999, 99).tokens().size(), "not the impossible");
    var e = assertThrows(IllegalArgumentException.class, () -> decision.token(1));
    assertTrue(e.getMessage().contains("id 1"), e.getMessage());
  }

  @Test
  void asText() {
    Decision decision = Sampler.of(0.5, 1, 3, 0.9).decide(LOGITS, HISTORY, 0.25, 4);
    assertEquals(
        """
        step 3: "a" (id 0), drawn by 0.250000
           stage                  kept  of      mass
        1  temperature 0.5           6   6  1.000000
        2  frequency penalty 1.0     6   6  1.000000
        3  top-k 3                   3   6  0.894507
        4  top-p 0.9                 2   3  0.908139
        rank  token  id    logit  after 1  after 2  after 3  after 4  probability
           0  "a"     0   1.2769   2.5537   1.5537   1.5537   1.5537     0.595390  chosen
           1  "b\\n"   1   0.5837   1.1674   1.1674   1.1674   1.1674     0.404610  runner-up
           2  "c"     2  -0.1094  -0.2189  -0.2189  -0.2189      cut     0.000000  cut by top-p 0.9
           3  "d"     3  -0.1094  -0.2189  -0.2189      cut              0.000000  cut by top-k 3
        """,
        decision.toText(LETTERS).replace(System.lineSeparator(), "\n"));
  }
}
