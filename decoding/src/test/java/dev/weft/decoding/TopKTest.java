package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.tensor.Philox;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TopKTest {
  @Test
  @DisplayName("S1-39: top-k keeps the k largest and renormalises")
  void keepsTheLargest() {
    float[] logits = Draws.logs(1.2345, 0, 0.1, 0.2, 0.3, 0.4);
    int[] counts = Draws.counts(5, 20000, 2, r -> Sampling.sampleTopK(logits, 3, r));
    Draws.assertFrequencies(new double[] {0, 0, 2 / 9.0, 3 / 9.0, 4 / 9.0}, counts, 0.01);
  }

  @Test
  @DisplayName("S1-40: k = 1 is greedy, ties included")
  void oneIsGreedy() {
    Philox random = Draws.stream(3);
    for (int n = 0; n < 300; n++) {
      float[] logits = Draws.random(n, 37, 1);
      for (int i = 0; i < logits.length; i++) {
        logits[i] = Math.round(logits[i] * 2); // many ties
      }
      assertEquals(Sampling.greedySearch(logits), Sampling.sampleTopK(logits, 1, random));
    }
  }

  @Test
  @DisplayName("S1-41: k at or above the vocabulary is plain sampling")
  void allIsBasic() {
    float[] logits = Draws.random(1, 200, 2);
    for (int k : new int[] {200, 201, Integer.MAX_VALUE}) {
      Philox a = Draws.stream(4);
      Philox b = Draws.stream(4);
      for (int n = 0; n < 500; n++) {
        assertEquals(Sampling.sampleBasic(logits, a), Sampling.sampleTopK(logits, k, b));
      }
    }
  }

  @Test
  @DisplayName("S1-42: exactly k are kept, and smaller ids win ties")
  void exactlyKAreKeptAndSmallerIdsWinTies() {
    float[] kept = Sampling.apply(new TopK(2), new float[] {1, 1, 1, 1}, new History());
    assertArrayEquals(new float[] {1, 1, Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY}, kept);
    kept = Sampling.apply(new TopK(1), new float[] {-0f, 0f}, new History());
    assertEquals(Float.NEGATIVE_INFINITY, kept[1]);
  }

  @Test
  @DisplayName("S1-42: keeping all ties is an option")
  void allTiesCanBeKept() {
    Filter keepAll = new TopK(2, Ties.KEEP_ALL);
    assertArrayEquals(new int[] {0, 1, 2, 3}, Kept.ids(new float[] {1, 1, 1, 1}, keepAll));
    assertArrayEquals(new int[] {1, 2, 4}, Kept.ids(new float[] {0, 3, 2, 1, 2}, keepAll));
    assertArrayEquals(new int[] {1, 2}, Kept.ids(new float[] {0, 3, 2, 1, 1}, keepAll));
    assertArrayEquals(
        new int[] {0, 1}, Kept.ids(new float[] {-0f, 0f}, new TopK(1, Ties.KEEP_ALL)));
  }

  @Test
  void equalsAFullSort() {
    for (int n = 1; n <= 200; n++) {
      float[] logits = Draws.random(n, n, 2);
      for (int i = 0; i < n; i++) {
        logits[i] = Math.round(logits[i] * 4) / 4f;
      }
      int k = 1 + n * 7 % n + n / 3;
      float[] kept = Sampling.apply(new TopK(k), logits, new History());
      int[] wanted =
          IntStream.range(0, n)
              .boxed()
              .sorted(Comparator.comparingDouble((Integer i) -> -logits[i]).thenComparing(i -> i))
              .limit(k)
              .mapToInt(i -> i)
              .sorted()
              .toArray();
      int[] got = IntStream.range(0, n).filter(i -> kept[i] > Float.NEGATIVE_INFINITY).toArray();
      assertArrayEquals(wanted, got, () -> Arrays.toString(logits));
    }
  }

  @Test
  void rejectsLessThanOne() {
    assertThrows(IllegalArgumentException.class, () -> new TopK(0));
  }
}
