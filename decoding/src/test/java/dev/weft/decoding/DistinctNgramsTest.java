package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.Philox;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DistinctNgramsTest {
  @Test
  void isTheShareOfDifferentNgrams() {
    int[] ids = {1, 2, 1, 2, 1};
    assertEquals(2 / 5.0, DistinctNgrams.share(ids, 1));
    assertEquals(2 / 4.0, DistinctNgrams.share(ids, 2));
    assertEquals(2 / 3.0, DistinctNgrams.share(ids, 3));
    assertEquals(1, DistinctNgrams.share(ids, 5));
    assertEquals(1, DistinctNgrams.share(ids, 6), "no n-gram, no repetition");
    assertEquals(1, DistinctNgrams.share(new int[] {3, 1, 2}, 2));
    assertThrows(IllegalArgumentException.class, () -> DistinctNgrams.share(ids, 0));
  }

  @Test
  @DisplayName("S0-43: greedy repeats itself, and distinct-n measures it")
  void greedyRepeatsItself() {
    Philox random = Draws.stream(5);
    double[][] next = new double[12][12];
    for (double[] row : next) {
      for (int id = 0; id < 12; id++) {
        row[id] = 0.1 + random.nextUniform();
      }
    }
    LanguageModel model = new TableModel(next);
    int[] greedy = new Generator(Sampler.GREEDY, 0, 100).generate(model, 0).ids();
    int[] drawn = new Generator(Sampler.of(1, 0, 0, 0), 3, 100).generate(model, 0).ids();
    assertTrue(DistinctNgrams.share(greedy, 2) <= 12 / 100.0, "a cycle of at most 12");
    assertTrue(DistinctNgrams.share(drawn, 2) > 0.4);
  }
}
