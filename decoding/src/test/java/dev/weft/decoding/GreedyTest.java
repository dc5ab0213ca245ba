package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class GreedyTest {
  @Test
  @DisplayName("S1-22: greedy returns the most likely token")
  void returnsArgmax() {
    assertEquals(2, Sampling.greedySearch(new float[] {0, -1, 3, 2.5f}));
    assertEquals(0, Sampling.greedySearch(new float[] {-7}));
    assertEquals(1, Sampling.greedySearch(new float[] {1, Float.POSITIVE_INFINITY}));
  }

  @Test
  @DisplayName("S1-23: a tie goes to the smallest id")
  void tieGoesToSmallestId() {
    float[] logits = new float[100];
    Arrays.fill(logits, 1);
    logits[5] = 10;
    logits[8] = 10;
    assertEquals(5, Sampling.greedySearch(logits));
    assertEquals(0, Sampling.greedySearch(new float[] {-0f, 0f}));
  }

  @Test
  @DisplayName("S1-24: greedy is deterministic; an all-equal vector gives 0")
  void isDeterministic() {
    float[] logits = Draws.random(1, 5003, 3);
    int first = Sampling.greedySearch(logits);
    for (int i = 0; i < 1000; i++) {
      assertEquals(first, Sampling.greedySearch(logits));
    }
    for (int n : new int[] {1, 255, 1024, 1025}) {
      assertEquals(0, Sampling.greedySearch(new float[n]));
    }
  }

  @Test
  @DisplayName("S1-25: NaN or nothing but -inf throws and names the first bad id")
  void rejectsWhatHasNoMaximum() {
    float nan = Float.NaN;
    float never = Float.NEGATIVE_INFINITY;
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Sampling.greedySearch(new float[] {1, 2, nan, nan}));
    assertTrue(e.getMessage().contains("id 2"), e.getMessage());
    e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Sampling.greedySearch(new float[] {never, never}));
    assertTrue(e.getMessage().contains("id 0"), e.getMessage());
  }
}
