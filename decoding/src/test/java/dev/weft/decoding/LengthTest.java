package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/// Filters that ask how much has been generated.
class LengthTest {
  private static final float[] FOUR = {1, 2, 3, 4};
  private static final int[] PROMPT = {1, 1, 1, 1, 1};

  /// The figures are those of Hugging Face's test_new_min_length_dist_processor.
  @Test
  void endTokensWaitForTheMinimum() {
    Filter three = new MinLength(3, 0, 2);
    assertArrayEquals(new int[] {1, 3}, Kept.ids(FOUR, new History(PROMPT), three));
    assertArrayEquals(new int[] {1, 3}, Kept.ids(FOUR, Kept.history(PROMPT, 3, 3), three));
    int[] all = {0, 1, 2, 3};
    assertArrayEquals(all, Kept.ids(FOUR, Kept.history(PROMPT, 3, 3, 3), three));
    assertArrayEquals(all, Kept.ids(FOUR, new History(PROMPT), new MinLength(0, 0)));
  }

  @Test
  void theFirstTokenIsForced() {
    Filter first = ForcedToken.first(2);
    float never = Float.NEGATIVE_INFINITY;
    float[] left = Kept.logits(FOUR, new History(PROMPT), first);
    assertArrayEquals(new float[] {never, never, 0, never}, left);
    assertArrayEquals(FOUR, Kept.logits(FOUR, Kept.history(PROMPT, 2), first));
  }

  @Test
  void theLastTokenIsForced() {
    Filter last = ForcedToken.last(0, 3);
    assertArrayEquals(FOUR, Kept.logits(FOUR, Kept.history(PROMPT, 2), last));
    assertArrayEquals(new int[] {0}, Kept.ids(FOUR, Kept.history(PROMPT, 2, 3), last));
    assertArrayEquals(new int[] {2}, Kept.ids(FOUR, new History(), ForcedToken.last(2, 1)));
  }

  @Test
  void aForcedTokenComesBackAfterAFilterThatCutIt() {
    History empty = new History();
    assertArrayEquals(new int[] {0}, Kept.ids(FOUR, empty, new TopK(2), ForcedToken.first(0)));
    assertArrayEquals(new int[] {0}, Kept.ids(FOUR, empty, ForcedToken.first(0), new TopK(2)));
    assertArrayEquals(
        new int[] {1}, Kept.ids(new float[4], empty, ForcedToken.first(1), new TopP(0)));
  }

  @Test
  void rejectsSenselessPlaces() {
    assertThrows(IllegalArgumentException.class, () -> new MinLength(-1, 0));
    assertThrows(IllegalArgumentException.class, () -> new MinLength(2));
    assertThrows(IllegalArgumentException.class, () -> ForcedToken.last(1, 0));
  }
}
