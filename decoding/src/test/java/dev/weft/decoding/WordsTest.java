package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

/// Filters over given ids.
class WordsTest {
  private static final float[] FIVE = {1, 2, 3, 4, 5};

  /// The figures are those of Hugging Face's test_no_bad_words_dist_processor, without its rule
  /// that an end token stays possible.
  @Test
  void badWordsAreNotCompleted() {
    Filter bad =
        new BadWords(new int[] {1}, new int[] {1, 0}, new int[] {0, 1, 2}, new int[] {1, 3, 1, 3});
    assertArrayEquals(new int[] {2, 4}, Kept.ids(FIVE, new History(0, 1, 3, 1), bad));
    assertArrayEquals(new int[] {3, 4}, Kept.ids(FIVE, new History(0, 1, 0, 1), bad));
    assertArrayEquals(new int[] {0, 2, 3, 4}, Kept.ids(FIVE, new History(), bad));
  }

  @Test
  void onlyAllowedWordsStay() {
    assertArrayEquals(new int[] {0, 3}, Kept.ids(FIVE, new AllowedWords(3, 0, 3)));
    assertArrayEquals(new int[] {3}, Kept.ids(FIVE, new TopK(3), new AllowedWords(3, 0)));
  }

  @Test
  void biasesAreAdded() {
    double never = Double.NEGATIVE_INFINITY;
    Filter bias = new LogitBias(Map.of(0, 1.5, 3, -2.0, 4, never));
    float[] left = Kept.logits(FIVE, new History(), bias);
    assertArrayEquals(new float[] {2.5f, 2, 3, 2, Float.NEGATIVE_INFINITY}, left);
    assertArrayEquals(new int[] {3}, Kept.ids(FIVE, new TopK(2), bias));
  }

  @Test
  void rejectsSenselessIds() {
    assertThrows(IllegalArgumentException.class, () -> new BadWords(new int[0]));
    assertThrows(IllegalArgumentException.class, () -> new AllowedWords());
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 1e300}) {
      assertThrows(IllegalArgumentException.class, () -> new LogitBias(Map.of(1, bad)));
    }
    for (Filter filter :
        new Filter[] {
          new AllowedWords(1, 5), new LogitBias(Map.of(5, 1.0)), ForcedToken.first(5)
        }) {
      var e = assertThrows(IllegalArgumentException.class, () -> Kept.ids(FIVE, filter));
      assertTrue(e.getMessage().contains("id 5 is outside the vocabulary of 5"), e.getMessage());
    }
  }
}
