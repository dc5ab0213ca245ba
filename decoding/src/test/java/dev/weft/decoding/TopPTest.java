package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.Elementary;
import dev.weft.tensor.Philox;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TopPTest {
  private static final float[] TWO_THREE_FIVE = Draws.logs(2.3456, 0.2, 0.3, 0.5);

  private static int[] kept(float[] logits, double p, NucleusRule rule) {
    float[] left = Sampling.apply(new TopP(p, rule), logits, new History());
    return IntStream.range(0, left.length).filter(i -> left[i] > Float.NEGATIVE_INFINITY).toArray();
  }

  private static int[] kept(float[] logits, double p) {
    return kept(logits, p, NucleusRule.INCLUSIVE);
  }

  @Test
  @DisplayName("S1-45: equal probabilities keep the order of ids")
  void tiesKeepIdOrder() {
    assertArrayEquals(new int[] {0, 1}, kept(new float[4], 0.5));
    assertArrayEquals(new int[] {0, 2}, kept(Draws.logs(0, 0.3, 0.2, 0.3, 0.2), 0.6));
  }

  @Test
  @DisplayName("S1-46: the cut-off is the first token at which the mass reaches p")
  void boundaryIsInclusive() {
    int[] counts = Draws.counts(3, 2000, 1, r -> Sampling.sampleTopP(TWO_THREE_FIVE, 0.5, r));
    assertArrayEquals(new int[] {0, 0, 2000}, counts);
  }

  @Test
  @DisplayName("S1-47: just above a boundary keeps one more")
  void justAboveKeepsOneMore() {
    int[] counts = Draws.counts(3, 2000, 3, r -> Sampling.sampleTopP(TWO_THREE_FIVE, 0.50001, r));
    Draws.assertFrequencies(new double[] {0, 3 / 8.0, 5 / 8.0}, counts, 0.035);
    assertTrue(counts[1] > 0);
  }

  @Test
  @DisplayName("S1-48, T1: p = 0.71 inclusive keeps three tokens, exclusive two")
  void bothRulesOfTheThirdTest() {
    float[] logits = Draws.logs(0, 0, 0.1, 0.2, 0.3, 0.4);
    int[] inclusive = Draws.counts(5, 20000, 4, r -> Sampling.sampleTopP(logits, 0.71, r));
    Draws.assertFrequencies(new double[] {0, 0, 2 / 9.0, 3 / 9.0, 4 / 9.0}, inclusive, 0.01);
    int[] exclusive =
        Draws.counts(5, 20000, 5, r -> Sampling.sampleTopP(logits, 0.71, NucleusRule.EXCLUSIVE, r));
    Draws.assertFrequencies(new double[] {0, 0, 0, 3 / 7.0, 4 / 7.0}, exclusive, 0.01);
  }

  @Test
  @DisplayName("S1-49, S1-50: 0.5 and less keep one, up to 0.8 two, above all")
  void ranges() {
    for (double p : new double[] {0.01, 0.25, 0.5}) {
      assertArrayEquals(new int[] {2}, kept(TWO_THREE_FIVE, p));
    }
    for (double p : new double[] {0.50001, 0.7, 0.8}) {
      assertArrayEquals(new int[] {1, 2}, kept(TWO_THREE_FIVE, p));
    }
    assertArrayEquals(new int[] {0, 1, 2}, kept(TWO_THREE_FIVE, 0.80001));
  }

  @Test
  @DisplayName("S1-51: a least number is kept, clamped to what there is, and at least 1")
  void leastNumberIsKept() {
    for (NucleusRule rule : NucleusRule.values()) {
      assertArrayEquals(new int[] {1, 2}, Kept.ids(TWO_THREE_FIVE, new TopP(0.1, rule, 2)));
      assertArrayEquals(new int[] {0, 1, 2}, Kept.ids(TWO_THREE_FIVE, new TopP(0.1, rule, 9)));
      assertThrows(IllegalArgumentException.class, () -> new TopP(0.1, rule, 0));
    }
    float[] ramp = {-5, -4, -3, -2, -1, 0, 1, 2, 3, 4};
    assertArrayEquals(new int[] {7, 8, 9}, Kept.ids(ramp, new TopP(0.9, NucleusRule.INCLUSIVE, 2)));
  }

  @Test
  @DisplayName("S1-52: p = 1 keeps every token of probability above 0")
  void oneKeepsAll() {
    float[] logits = Draws.random(6, 50257, 5);
    logits[17] = Float.NEGATIVE_INFINITY;
    for (NucleusRule rule : NucleusRule.values()) {
      assertEquals(50256, kept(logits, 1, rule).length);
    }
  }

  @Test
  @DisplayName("S1-53: p = 0 keeps one token")
  void zeroIsGreedy() {
    Philox random = Draws.stream(1);
    for (int n = 0; n < 100; n++) {
      float[] logits = Draws.random(n, 50, 3);
      assertEquals(Sampling.greedySearch(logits), Sampling.sampleTopP(logits, 0, random));
      assertEquals(1, kept(logits, 0, NucleusRule.EXCLUSIVE).length);
    }
  }

  @Test
  @DisplayName("T2: prose and code of top-p disagree; both sets can be had")
  void proseAndCode() {
    float[] logits = Draws.logs(0, 0.5, 0.3, 0.2);
    assertArrayEquals(new int[] {0, 1}, kept(logits, 0.6, NucleusRule.INCLUSIVE));
    assertArrayEquals(new int[] {0}, kept(logits, 0.6, NucleusRule.EXCLUSIVE));
  }

  @Test
  @DisplayName("T3: an exact tie keeps no token too many")
  void exactTieKeepsNoneTooMany() {
    // Equal logits have equal weights, so that these masses are exact.
    for (int n : new int[] {2, 4, 5, 8, 10, 16}) {
      for (int keep = 1; keep < n; keep++) {
        assertEquals(keep, kept(new float[n], keep / (double) n).length, keep + " of " + n);
      }
    }
  }

  @Test
  void exclusiveKeepsTheTokenOfAnExactTie() {
    for (int n : new int[] {2, 4, 8, 16}) {
      for (int keep = 1; keep < n; keep++) {
        double p = keep / (double) n;
        assertEquals(keep, kept(new float[n], p, NucleusRule.EXCLUSIVE).length, keep + " of " + n);
      }
    }
  }

  @Test
  @DisplayName("T4: masses are integers, whose sums are exact")
  void massesAreIntegers() {
    assertArrayEquals(new int[] {0, 3}, kept(Draws.logs(0, 0.3, 0.1, 0.1, 0.5), 0.8));
    float[] uniform = new float[10];
    java.util.Arrays.fill(uniform, (float) StrictMath.log(0.1));
    assertEquals(9, kept(uniform, 0.9).length);
    float[] tail = new float[1001]; // 1 and a thousand times 2^-40
    java.util.Arrays.fill(tail, 1, 1001, (float) (-40 * StrictMath.log(2)));
    long each = Elementary.mass(tail[1], 0);
    double p = 1 - 360.5 * each / (Elementary.MASS + 1000 * each);
    assertEquals(1 + 640, kept(tail, p).length);
    float[] many = new float[50000];
    assertEquals(35000, kept(many, 0.7).length);
  }

  @Test
  void mostMassesThatCannotOverflow() {
    assertEquals(262144, kept(new float[524287], 0.5).length);
    var e = assertThrows(IllegalArgumentException.class, () -> kept(new float[524288], 0.5));
    assertTrue(e.getMessage().contains("524288 candidates"), e.getMessage());
    assertEquals(524288, kept(new float[524288], 1).length);
  }

  @Test
  void keepsTheSmallestSetThatHoldsP() {
    for (int n = 1; n < 300; n++) {
      float[] logits = Draws.random(n, n, 1 + n % 4);
      double p = Draws.stream(n).nextUniform();
      double[] w = new double[n];
      double total = 0;
      float max = logits[Sampling.greedySearch(logits)];
      for (int i = 0; i < n; i++) {
        w[i] = StrictMath.exp((double) logits[i] - max);
        total += w[i];
      }
      double held = 0;
      double least = Double.MAX_VALUE;
      int[] ids = kept(logits, p);
      for (int id : ids) {
        held += w[id];
        least = Math.min(least, w[id]);
      }
      assertTrue(held >= p * total, n + " " + p);
      assertTrue(held - least < p * total, n + " " + p);
    }
  }

  @Test
  void rejectsWhatIsNoProbability() {
    for (double bad : new double[] {-0.01, 1.01, Double.NaN}) {
      var e = assertThrows(IllegalArgumentException.class, () -> new TopP(bad));
      assertTrue(e.getMessage().startsWith("Top-p must be a probability"));
    }
  }
}
