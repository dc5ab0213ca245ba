package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TypicalTest {
  /// The figures are those of Hugging Face's test_typical_dist_warper, and of llama.cpp's
  /// test_typical.
  @Test
  void keepsWhatIsAsSurprisingAsTheEntropy() {
    float[] peaked = Draws.logs(0, 0.97, 0.01, 0.01, 0.01);
    assertArrayEquals(new int[] {0}, Kept.ids(peaked, new Typical(0.5)));
    float[] flat = Draws.logs(0, 0.4, 0.2, 0.2, 0.2);
    assertArrayEquals(new int[] {1, 2, 3}, Kept.ids(flat, new Typical(0.5)));
  }

  /// As there: equal ones stay together, and a least number is kept.
  @Test
  void equalsStayAndALeastNumberIsKept() {
    float[] uniform = new float[5];
    assertArrayEquals(new int[] {0, 1, 2, 3, 4}, Kept.ids(uniform, new Typical(0.5, 3)));
    float[] ramp = {-5, -4, -3, -2, -1, 0, 1, 2, 3, 4};
    assertArrayEquals(new int[] {8, 9}, Kept.ids(ramp, new Typical(0.7, 2)));
    float[] steep = {-500, -400, -300, -200, -100, 0, 100, 200, 300, 400};
    assertArrayEquals(new int[] {9}, Kept.ids(steep, new Typical(0.7)));
    assertArrayEquals(new int[] {8, 9}, Kept.ids(steep, new Typical(0.7, 2)));
    assertArrayEquals(new int[] {0, 1}, Kept.ids(new float[] {1, 0}, new Typical(0.1, 9)));
  }

  @Test
  void massOneKeepsEverythingPossible() {
    float[] logits = {0, -50, Float.NEGATIVE_INFINITY, 3};
    assertArrayEquals(new int[] {0, 1, 3}, Kept.ids(logits, new Typical(1)));
    assertArrayEquals(new int[] {3}, Kept.ids(logits, new Typical(0.9)));
  }

  @Test
  void followsItsDefinition() {
    for (int n = 2; n < 120; n++) {
      float[] logits = Draws.random(n, n, 1 + n % 3);
      double mass = 0.1 + 0.8 * Draws.stream(n).nextUniform();
      double[] p = new double[n];
      double total = 0;
      for (int i = 0; i < n; i++) {
        p[i] = StrictMath.exp(logits[i]);
        total += p[i];
      }
      double entropy = 0;
      for (int i = 0; i < n; i++) {
        p[i] /= total;
        entropy -= p[i] * StrictMath.log(p[i]);
      }
      double h = entropy;
      int[] order =
          IntStream.range(0, n)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> Math.abs(-StrictMath.log(p[i]) - h)))
              .mapToInt(i -> i)
              .toArray();
      int kept = 0;
      for (double held = 0; held < mass; kept++) {
        held += p[order[kept]];
      }
      int[] wanted = Arrays.stream(order, 0, kept).sorted().toArray();
      assertArrayEquals(wanted, Kept.ids(logits, new Typical(mass)), "n " + n);
    }
  }

  @Test
  void rejectsWhatIsNoMass() {
    for (double bad : new double[] {0, -0.1, 1.1, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> new Typical(bad));
    }
    assertThrows(IllegalArgumentException.class, () -> new Typical(0.5, 0));
  }
}
