package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SamplerTest {
  @Test
  @DisplayName("S1-11: temperature, penalty, top-k and top-p come in this order")
  void ordersTemperaturePenaltyTopKTopP() {
    Sampler sampler = Sampler.of(0.7, 1.5, 40, 0.9, NucleusRule.EXCLUSIVE);
    assertEquals(
        List.of(
            new Temperature(0.7),
            new FrequencyPenalty(1.5),
            new TopK(40),
            new TopP(0.9, NucleusRule.EXCLUSIVE)),
        sampler.filters());
    assertEquals(List.of(new Temperature(2)), Sampler.of(2, 0, 0, 0).filters());
  }

  @Test
  void topKBeforeTopPChangesTheNucleus() {
    float[] logits = Draws.logs(0, 0.6, 0.3, 0.1);
    assertArrayEquals(new int[] {0}, left(logits, new TopK(2), new TopP(0.65)));
    assertArrayEquals(new int[] {0, 1}, left(logits, new TopP(0.65), new TopK(2)));
  }

  @Test
  void thePenaltyIsNotDividedByTheTemperature() {
    Candidates candidates = new Candidates().load(new float[] {8, 8}, 0, 2);
    for (Filter filter : Sampler.of(2, 3, 0, 0).filters()) {
      filter.apply(candidates, new History(1));
    }
    assertArrayEquals(new float[] {4, 1}, candidates.toLogits());
  }

  @Test
  @DisplayName("S1-12: a temperature of 0 passes over penalty, top-k and top-p")
  void zeroTemperatureIsGreedy() {
    History history = new History(2, 2, 2);
    for (Sampler sampler :
        List.of(
            Sampler.of(0, 100, 0, 0),
            Sampler.of(0, 0, 3, 0),
            Sampler.of(0, -5, 0, 0.1),
            Sampler.of(0, 2, 1, 0.5))) {
      Candidates candidates = new Candidates().load(new float[] {0, 1, 9, 3}, 0, 4);
      assertEquals(2, sampler.next(candidates, history, 0.999));
    }
  }

  private static int[] left(float[] logits, Filter... filters) {
    Candidates candidates = new Candidates().load(logits, 0, logits.length);
    for (Filter filter : filters) {
      filter.apply(candidates, new History());
    }
    return IntStream.range(0, candidates.size()).map(candidates::id).toArray();
  }
}
