package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class MinPTest {
  /// The figures are those of Hugging Face's test_min_p_dist_warper.
  @Test
  void keepsWhatIsPTimesAsLikelyAsTheBest() {
    float[] sure = Draws.logs(0, 0.9, 0.0274, 0.047, 0.0274);
    assertArrayEquals(new int[] {0, 2}, Kept.ids(sure, new MinP(0.05)));
    float[] unsure = Draws.logs(0, 0.15, 0.3, 0.3, 0.25);
    assertArrayEquals(new int[] {0, 1, 2, 3}, Kept.ids(unsure, new MinP(0.05)));
    float[] peaked = Draws.logs(0, 0.97, 0.01, 0.01, 0.01);
    assertArrayEquals(new int[] {0}, Kept.ids(peaked, new MinP(0.05)));
  }

  /// The figures are those of llama.cpp's test_min_p.
  @Test
  void boundaries() {
    float[] logits = Draws.logs(0, 0.1, 0.2, 0.3, 0.4);
    double[] p = {0, 0.24, 0.26, 0.49, 0.51, 0.74, 0.76, 1};
    int[] kept = {4, 4, 3, 3, 2, 2, 1, 1};
    int[] all = {0, 1, 2, 3};
    for (int i = 0; i < p.length; i++) {
      int[] wanted = java.util.Arrays.copyOfRange(all, 4 - kept[i], 4);
      assertArrayEquals(wanted, Kept.ids(logits, new MinP(p[i])), "p " + p[i]);
    }
  }

  @Test
  void theBoundIsInDouble() {
    for (int i = 1; i < 50; i++) {
      double bound = StrictMath.log(i / 50.0);
      float near = (float) bound;
      float[] logits = {0, Math.nextDown(near), near, Math.nextUp(near)};
      int first = 1;
      while (logits[first] < bound) {
        first++;
      }
      int[] kept = Kept.ids(logits, new MinP(i / 50.0));
      assertEquals(4 - first + 1, kept.length, "p " + i / 50.0);
    }
  }

  @Test
  void equalsOfTheBestStay() {
    assertArrayEquals(new int[] {0, 2}, Kept.ids(new float[] {3, 2.999f, 3}, new MinP(1)));
  }

  @Test
  void leastNumberIsKept() {
    float[] ramp = {-500, -400, -300, -200, -100, 0, 100, 200, 300, 400};
    assertArrayEquals(new int[] {9}, Kept.ids(ramp, new MinP(0.9)));
    assertArrayEquals(new int[] {8, 9}, Kept.ids(ramp, new MinP(0.9, 2)));
    assertArrayEquals(new int[] {0, 1}, Kept.ids(new float[] {1, 0, 0}, new MinP(0.9, 2)));
    assertArrayEquals(new int[] {0, 1}, Kept.ids(new float[] {1, 0}, new MinP(0.9, 9)));
  }

  @Test
  void rejectsWhatIsNoProbability() {
    for (double bad : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> new MinP(bad));
    }
    assertThrows(IllegalArgumentException.class, () -> new MinP(0.5, 0));
  }
}
