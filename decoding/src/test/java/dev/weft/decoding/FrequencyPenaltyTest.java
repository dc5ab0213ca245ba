package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FrequencyPenaltyTest {
  static final int[] BIEBER = {
    1870, 314, 373, 588, 14801, 11, 5156, 11, 5156, 11, 11752, 4525, 11, 14801, 11, 5156, 11, 5156,
    11, 645, 4525, 11, 14801, 11, 5156, 11, 5156, 11, 11752, 314, 1807, 345, 1549, 1464, 307, 6164,
    11, 6164
  };

  @Test
  @DisplayName("S1-31: the penalty is subtracted for each occurrence in all input ids")
  void countsEveryOccurrence() {
    float[] logits = new float[50257];
    Arrays.fill(logits, 1);
    float[] penalised = Sampling.applyFreqPenalty(BIEBER, logits, 2.0);
    assertEquals(-11, penalised[5156]);
    assertEquals(-5, penalised[14801]);
    assertEquals(-23, penalised[11]);
    assertEquals(-3, penalised[6164]);
    assertEquals(-3, penalised[314]);
    assertEquals(1, penalised[7]);
    assertEquals(1, logits[5156]);
  }

  @Test
  @DisplayName("S1-32: the result has the vocabulary's length; an id outside it throws")
  void lengthIsTheVocabulary() {
    assertEquals(9, Sampling.applyFreqPenalty(new int[] {0, 0}, new float[9], 1).length);
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Sampling.applyFreqPenalty(new int[] {1, 9}, new float[9], 1));
    assertTrue(e.getMessage().contains("id 9"), e.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> Sampling.applyFreqPenalty(new int[] {9}, new float[9], 0));
  }

  @Test
  @DisplayName("S1-33: a penalty of 0 is the identity, a negative one rewards")
  void zeroIsIdentity() {
    float[] logits = Draws.random(3, 40, 5);
    int[] ids = {3, 3, 7};
    assertArrayEquals(logits, Sampling.applyFreqPenalty(ids, logits, 0));
    float[] rewarded = Sampling.applyFreqPenalty(ids, logits, -1);
    assertEquals(logits[3] + 2, rewarded[3]);
    assertEquals(logits[7] + 1, rewarded[7]);
  }

  @Test
  @DisplayName("S1-34: a very large penalty and -inf make no NaN")
  void largePenaltyMakesNoNaN() {
    float[] logits = {Float.NEGATIVE_INFINITY, 0, 1};
    for (double penalty : new double[] {100, -100, 1e300, -1e30}) {
      for (float x : Sampling.applyFreqPenalty(new int[] {0, 0, 1}, logits, penalty)) {
        assertFalse(Float.isNaN(x));
      }
    }
    assertThrows(IllegalArgumentException.class, () -> new FrequencyPenalty(Double.NaN));
  }

  @Test
  void reachesCandidatesThatAFilterLeft() {
    Candidates candidates = new Candidates().load(new float[] {1, 9, 2, 8}, 0, 4);
    new TopK(2).apply(candidates, new History());
    new FrequencyPenalty(3).apply(candidates, new History(3, 0, 3));
    float never = Float.NEGATIVE_INFINITY;
    assertArrayEquals(new float[] {never, 9, never, 2}, candidates.toLogits());
  }
}
