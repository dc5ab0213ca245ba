package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.tensor.Philox;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NoRepeatNgramTest {
  /// The figures are those of Hugging Face's test_no_repeat_ngram_dist_processor and its two
  /// neighbours.
  @Test
  void bansWhatFollowedTheLastIdsBefore() {
    float[] three = new float[3];
    History first = new History(1, 1, 2, 1);
    History second = new History(0, 1, 0, 1);
    assertArrayEquals(new int[] {0}, Kept.ids(three, first, new NoRepeatNgram(2)));
    assertArrayEquals(new int[] {1, 2}, Kept.ids(three, second, new NoRepeatNgram(2)));
    assertArrayEquals(new int[] {0, 1, 2}, Kept.ids(three, first, new NoRepeatNgram(3)));
    assertArrayEquals(new int[] {1, 2}, Kept.ids(three, second, new NoRepeatNgram(3)));
    History again = new History(1, 2, 5, 7, 8, 5, 1, 2);
    int[] allButFive = {0, 1, 2, 3, 4, 6, 7, 8, 9};
    assertArrayEquals(allButFive, Kept.ids(new float[10], again, new NoRepeatNgram(3)));
    assertArrayEquals(
        new int[] {0, 1, 2}, Kept.ids(three, new History(1, 2), new NoRepeatNgram(3)));
  }

  @Test
  void oneBansEveryIdThatCame() {
    assertArrayEquals(
        new int[] {1, 3}, Kept.ids(new float[4], new History(2, 0, 2), new NoRepeatNgram(1)));
  }

  @Test
  void equalsAScanAtEveryStep() {
    Philox random = Draws.stream(31);
    for (int vocabulary : new int[] {4, 300}) { // many repeats; many contexts in one chain
      for (int n = 1; n <= 4; n++) {
        History history = new History(0, 1, 0, 1, 2);
        float[] logits = new float[vocabulary];
        for (int step = 0; step < 500; step++) {
          int[] kept = Kept.ids(logits, history, new NoRepeatNgram(n));
          assertArrayEquals(byScanning(history, n, vocabulary), kept, n + " " + step);
          history.append((int) (random.nextUniform() * vocabulary));
        }
      }
    }
  }

  private static int[] byScanning(History history, int n, int vocabulary) {
    int[] ids = history.toArray();
    boolean[] banned = new boolean[vocabulary];
    for (int i = 0; i + n <= ids.length; i++) {
      int end = i + n - 1;
      if (Arrays.equals(ids, i, end, ids, ids.length - n + 1, ids.length)) {
        banned[ids[end]] = true;
      }
    }
    return IntStream.range(0, vocabulary).filter(id -> !banned[id]).toArray();
  }

  @Test
  void rejectsLessThanOne() {
    assertThrows(IllegalArgumentException.class, () -> new NoRepeatNgram(0));
  }
}
