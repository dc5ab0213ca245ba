package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Which filters commute.
///
/// Bans (n-grams, bad and allowed words, minimum length) commute with each other, with temperature
/// and with penalties. Temperature commutes with top-k, and with the repetition penalty up to
/// rounding. Penalties of one scope that only subtract commute up to rounding. Cuts of the tail
/// commute where neither looks at what the other changes: top-k and min-p. Nothing else does.
class FilterOrderTest {
  private static final History HISTORY = Kept.history(new int[] {3, 4, 3, 7}, 9, 9, 3, 4);
  private static final List<Filter> BANS =
      List.of(
          new NoRepeatNgram(2),
          new NoRepeatNgram(3),
          new BadWords(new int[] {5}, new int[] {4, 6}),
          new AllowedWords(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
          new MinLength(9, 0, 8));
  private static final Filter TEMPERATURE = new Temperature(0.5); // exact
  private static final Filter FREQUENCY = new FrequencyPenalty(0.5);
  private static final Filter PRESENCE = new PresencePenalty(0.25);
  private static final Filter REPETITION = new RepetitionPenalty(2);

  private static void assertCommute(Filter a, Filter b, double tolerance) {
    for (int seed = 0; seed < 50; seed++) {
      float[] logits = Draws.random(seed, 20, 2);
      float[] ab = Kept.logits(logits, HISTORY, a, b);
      float[] ba = Kept.logits(logits, HISTORY, b, a);
      assertArrayEquals(ab, ba, (float) tolerance, a.name() + ", " + b.name());
    }
  }

  @Test
  void bansCommuteWithBansPenaltiesAndTemperature() {
    for (Filter ban : BANS) {
      for (Filter other : BANS) {
        assertCommute(ban, other, 0);
      }
      for (Filter other : List.of(TEMPERATURE, FREQUENCY, PRESENCE, REPETITION)) {
        assertCommute(ban, other, 0);
      }
    }
  }

  @Test
  void temperatureCommutesWithTopKAndRepetition() {
    assertCommute(new Temperature(0.7), new TopK(5), 0);
    assertCommute(new Temperature(0.7), new TopK(5, Ties.KEEP_ALL), 0);
    assertCommute(new Temperature(0.7), new RepetitionPenalty(1.3), 1e-5);
  }

  @Test
  void penaltiesThatSubtractCommute() {
    assertCommute(FREQUENCY, PRESENCE, 1e-6);
    assertCommute(FREQUENCY, new FrequencyPenalty(0.3, PenaltyScope.lastN(2)), 1e-6);
    assertCommute(FREQUENCY, new LogitBias(Map.of(3, 1.5, 4, -1.0)), 1e-6);
  }

  @Test
  void topKAndMinPCommute() {
    assertCommute(new TopK(5), new MinP(0.1), 0);
  }

  private static void assertKept(int[] wanted, float[] logits, Filter... filters) {
    assertArrayEquals(wanted, Kept.ids(logits, new History(3), filters));
  }

  @Test
  @DisplayName("S1-94: top-k and top-p combine, and their order shows")
  void topKAndTopPDoNotCommute() {
    float[] three = Draws.logs(0, 0.6, 0.3, 0.1);
    assertKept(new int[] {0}, three, new TopK(2), new TopP(0.65));
    assertKept(new int[] {0, 1}, three, new TopP(0.65), new TopK(2));
    float[] four = Draws.logs(0, 0.4, 0.3, 0.2, 0.1);
    assertKept(new int[] {0, 1}, four, new TopK(3), new TopP(0.7));
    assertKept(new int[] {0, 1}, four, new TopP(0.7), new TopK(3));
    // The default, and Hugging Face's: temperature, top-k, top-p.
    assertEquals(
        List.of(new Temperature(1), new TopK(2), new TopP(0.65)),
        Sampler.of(1, 0, 2, 0.65).filters());
  }

  @Test
  void temperatureBeforeOrAfterACutOfMass() {
    float[] logits = Draws.logs(0, 0.5, 0.3, 0.2);
    Filter hot = new Temperature(4);
    assertKept(new int[] {0, 1}, logits, new TopP(0.75), hot);
    assertKept(new int[] {0, 1, 2}, logits, hot, new TopP(0.75));
    assertKept(new int[] {0, 1}, logits, new MinP(0.5), hot);
    assertKept(new int[] {0, 1, 2}, logits, hot, new MinP(0.5));
  }

  @Test
  void temperatureBeforeOrAfterWhatSubtracts() {
    float[] eights = {8, 8, 8, 8};
    History three = new History(3);
    assertEquals(1, Kept.logits(eights, three, new Temperature(2), new FrequencyPenalty(3))[3]);
    assertEquals(2.5f, Kept.logits(eights, three, new FrequencyPenalty(3), new Temperature(2))[3]);
  }

  @Test
  void repetitionBeforeOrAfterWhatSubtracts() {
    float[] logits = {0, 0, 0, 4};
    History three = new History(3);
    assertEquals(1, Kept.logits(logits, three, REPETITION, new PresencePenalty(1))[3]);
    assertEquals(1.5f, Kept.logits(logits, three, new PresencePenalty(1), REPETITION)[3]);
  }

  @Test
  void bansBeforeOrAfterACut() {
    float[] logits = Draws.logs(0, 0.5, 0.3, 0.2);
    Filter ban = new BadWords(new int[] {0});
    assertKept(new int[] {1, 2}, logits, ban, new TopK(2));
    assertKept(new int[] {1}, logits, new TopK(2), ban);
    assertKept(new int[] {1, 2}, logits, ban, new TopP(0.75));
    assertKept(new int[] {1}, logits, new TopP(0.75), ban);
  }

  @Test
  void typicalBeforeOrAfterAnotherCut() {
    float[] logits = Draws.logs(0, 0.4, 0.2, 0.2, 0.2);
    assertKept(new int[] {1}, logits, new Typical(0.5), new TopK(1));
    assertKept(new int[] {0}, logits, new TopK(1), new Typical(0.5));
  }

  @Test
  @DisplayName("S1-95: filters compose as a list, equal composition by hand, and spare their input")
  void aListEqualsCompositionByHand() {
    float[] logits = Draws.random(3, 20, 2);
    float[] before = logits.clone();
    List<Filter> filters =
        List.of(new MinLength(20, 0), TEMPERATURE, REPETITION, new TopK(6), new TopP(0.8));
    float[] byHand = logits;
    for (Filter filter : filters) {
      byHand = Sampling.apply(filter, byHand, HISTORY);
    }
    assertArrayEquals(byHand, Kept.logits(logits, HISTORY, filters.toArray(Filter[]::new)));
    Sampler sampler = new Sampler(filters, Chooser.CATEGORICAL);
    Candidates candidates = new Candidates().load(logits, 0, 20);
    int id = sampler.next(candidates, HISTORY, 0.4);
    assertArrayEquals(byHand, candidates.toLogits());
    assertEquals(Categorical.draw(new Candidates().load(byHand, 0, 20), 0.4), id);
    assertArrayEquals(before, logits);
    assertEquals(8, HISTORY.length());
    assertEquals(filters, sampler.filters());
  }
}
