package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class PenaltyTest {
  @Test
  void presenceIsSubtractedOnce() {
    float[] logits = {1, 1, Float.NEGATIVE_INFINITY, 1};
    float[] left = Kept.logits(logits, new History(0, 0, 1, 2), new PresencePenalty(0.5));
    assertArrayEquals(new float[] {0.5f, 0.5f, Float.NEGATIVE_INFINITY, 1}, left);
  }

  /// The figures are those of Hugging Face's test_repetition_penalty_dist_process.
  @Test
  void repetitionDividesPositiveAndMultipliesNegativeLogits() {
    float[] first = new float[10];
    java.util.Arrays.fill(first, 0.1f);
    float[] second = first.clone();
    first[0] = -0.1f;
    second[5] = 0.4f;
    float[] left = Kept.logits(first, new History(0, 1), new RepetitionPenalty(2));
    assertEquals(-0.2f, left[0]);
    assertEquals(0.05f, left[1]);
    assertEquals(0.1f, left[2]);
    left = Kept.logits(second, new History(5, 0), new RepetitionPenalty(2));
    assertEquals(0.05f, left[0]);
    assertEquals(0.2f, left[5]);
  }

  @Test
  void repetitionByOneAndOfZeroChangesNothing() {
    float[] logits = {0.3f, -0.7f, 0, Float.NEGATIVE_INFINITY};
    History all = new History(0, 1, 2, 3);
    assertArrayEquals(logits, Kept.logits(logits, all, new RepetitionPenalty(1)));
    float[] left = Kept.logits(logits, all, new RepetitionPenalty(3));
    assertEquals(0, left[2]);
    assertEquals(Float.NEGATIVE_INFINITY, left[3]);
  }

  @Test
  void idsOutsideTheVocabularyAreNamed() {
    History history = Kept.history(new int[] {0, 7}, 9);
    for (Filter filter :
        List.of(new PresencePenalty(1), new RepetitionPenalty(2), new FrequencyPenalty(1))) {
      var e =
          assertThrows(
              IllegalArgumentException.class, () -> Kept.ids(new float[8], history, filter));
      assertTrue(e.getMessage().contains("id 9 at position 2"), e.getMessage());
    }
  }

  @Test
  void rejectsSenselessValues() {
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1e300}) {
      assertThrows(IllegalArgumentException.class, () -> new FrequencyPenalty(bad));
      assertThrows(IllegalArgumentException.class, () -> new PresencePenalty(bad));
      assertThrows(IllegalArgumentException.class, () -> new RepetitionPenalty(bad));
    }
    for (double bad : new double[] {0, -1, 1e-300, 1e300}) {
      assertThrows(IllegalArgumentException.class, () -> new RepetitionPenalty(bad));
    }
  }
}
