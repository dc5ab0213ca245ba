package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.Philox;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DistributionTest {
  private static final float[] ONE_TWO_THREE = {1, 2, 3};

  private static double[] of(float[] logits, Filter... filters) {
    return new Sampler(List.of(filters), Chooser.CATEGORICAL).distribution(logits, new History());
  }

  private static double sum(double[] p) {
    return Arrays.stream(p).sum();
  }

  private static double entropy(double[] p) {
    return -Arrays.stream(p).filter(x -> x > 0).map(x -> x * StrictMath.log(x)).sum();
  }

  @Test
  @DisplayName("S2-01: softmax at a temperature has its known values")
  void knownValues() {
    assertArrayEquals(
        new double[] {0.09003057317038046, 0.24472847105479764, 0.6652409557748218},
        of(ONE_TWO_THREE),
        1e-15);
    Map<Double, double[]> known =
        Map.of(
            0.25, new double[] {0.00032932043896389293, 0.017980286735531543, 0.9816903928255046},
            0.6, new double[] {0.029132338500945727, 0.1542408763401821, 0.8166267851588721},
            2.0, new double[] {0.1863237232258476, 0.3071958857184984, 0.506480391055654},
            1000.0, new double[] {0.33300005561109725, 0.33333322222225004, 0.3336667221666528});
    known.forEach(
        (t, wanted) ->
            assertArrayEquals(wanted, of(ONE_TWO_THREE, new Temperature(t)), 1e-7, "T " + t));
  }

  @Test
  @DisplayName("S2-02: probabilities lie in (0, 1) and sum to 1, with huge logits too")
  void sumsToOne() {
    for (int n = 1; n <= 60; n++) {
      float[] logits = Draws.random(n, 2 + n, 1 + n % 5);
      double[] p = of(logits, new Temperature(0.5 + n % 3));
      assertEquals(1, sum(p), 1e-14);
      assertTrue(Arrays.stream(p).allMatch(x -> x > 0 && x < 1));
    }
    for (float huge : new float[] {-1e4f, 1e4f, 3e38f}) {
      assertArrayEquals(new double[] {0.5, 0.5, 0}, of(new float[] {huge, huge, -3e38f}));
    }
  }

  @Test
  @DisplayName("S2-03: temperature 1 changes no bit")
  void temperatureOneChangesNothing() {
    float[] logits = Draws.random(3, 300, 4);
    assertArrayEquals(of(logits), of(logits, new Temperature(1)));
  }

  @Test
  @DisplayName("S2-04: entropy grows with temperature")
  void entropyGrowsWithTemperature() {
    for (int seed = 0; seed < 20; seed++) {
      float[] logits = Draws.random(seed, 30, 2);
      double before = -1;
      for (double t : new double[] {0.1, 0.3, 0.7, 1, 1.5, 4, 20, 100}) {
        double entropy = entropy(of(logits, new Temperature(t)));
        assertTrue(entropy > before, seed + " T " + t);
        before = entropy;
      }
    }
  }

  @Test
  @DisplayName("S2-05: T to infinity makes all equal, T to 0 the best certain")
  void limits() {
    assertArrayEquals(new double[] {0, 0, 1}, of(ONE_TWO_THREE, new Temperature(0.001)), 1e-12);
    double third = 1 / 3.0;
    assertArrayEquals(
        new double[] {third, third, third}, of(ONE_TWO_THREE, new Temperature(1e9)), 1e-8);
  }

  @Test
  @DisplayName("S0-45: what top-k keeps sums to 1 again, and its default is 10")
  void topKIsNormalisedAgain() {
    float[] logits = Draws.random(5, 400, 2);
    double[] p = of(logits, new TopK(Sampling.DEFAULT_TOP_K));
    assertEquals(1, sum(p), 1e-14);
    assertEquals(10, Arrays.stream(p).filter(x -> x > 0).count());
    Philox a = Draws.stream(1);
    Philox b = Draws.stream(1);
    for (int n = 0; n < 100; n++) {
      assertEquals(Sampling.sampleTopK(logits, 10, a), Sampling.sampleTopK(logits, b));
    }
  }

  @Test
  @DisplayName("S0-47: top-p keeps 0.9 by default, inclusively")
  void topPDefault() {
    assertEquals(0.9, Sampling.DEFAULT_TOP_P);
    float[] logits = Draws.random(6, 400, 2);
    Philox a = Draws.stream(2);
    Philox b = Draws.stream(2);
    for (int n = 0; n < 100; n++) {
      assertEquals(Sampling.sampleTopP(logits, 0.9, a), Sampling.sampleTopP(logits, b));
    }
    assertEquals(NucleusRule.INCLUSIVE, new TopP(0.9).rule());
  }

  @Test
  @DisplayName("S0-48, S0-49: the nucleus is small where peaked, large where flat, never empty")
  void theNucleusAdapts() {
    assertEquals(1, Kept.ids(Draws.logs(0, 0.97, 0.01, 0.01, 0.01), new TopP(0.9)).length);
    assertEquals(9, Kept.ids(new float[10], new TopP(0.85)).length);
    assertEquals(9, Kept.ids(new float[10], new TopP(0.9)).length);
    assertEquals(1, Kept.ids(new float[10], new TopP(1e-9)).length);
  }

  @Test
  @DisplayName("S0-50: a finite temperature rules no token out")
  void temperatureKeepsEverything() {
    float[] logits = Draws.random(7, 100, 2);
    for (double t : new double[] {0.5, 1, 3, 1e6}) {
      assertTrue(Arrays.stream(of(logits, new Temperature(t))).allMatch(p -> p > 0), "T " + t);
    }
  }

  @Test
  @DisplayName(
      "S0-52: permuted logits have the permuted distribution, and ids are the original ones")
  void permutation() {
    for (int seed = 0; seed < 30; seed++) {
      float[] logits = Draws.random(seed, 50, 2);
      int[] to = new Philox(seed, Philox.Purpose.SHUFFLE, 0, 0).permutation(50);
      float[] permuted = new float[50];
      for (int i = 0; i < 50; i++) {
        permuted[to[i]] = logits[i];
      }
      for (Filter filter :
          List.of(
              new Temperature(0.8), new TopK(10), new TopP(0.9), new MinP(0.1), new Typical(0.7))) {
        double[] p = of(logits, filter);
        double[] q = of(permuted, filter);
        for (int i = 0; i < 50; i++) {
          assertEquals(p[i], q[to[i]], 1e-12, filter + " " + seed);
        }
      }
      assertEquals(to[Sampling.greedySearch(logits)], Sampling.greedySearch(permuted));
    }
  }

  @Test
  @DisplayName("S0-53: what is masked has probability exactly 0")
  void maskedIsExactlyZero() {
    double[] p = of(Draws.random(9, 30, 1), new TopK(4));
    assertEquals(26, Arrays.stream(p).filter(x -> x == 0.0).count());
    assertEquals(0.0, of(ONE_TWO_THREE, new BadWords(new int[] {1}))[1]);
    assertEquals(0.0, of(new float[] {1, Float.NEGATIVE_INFINITY})[1]);
  }

  @Test
  void frequenciesFollowTheDistribution() {
    float[] logits = Draws.random(12, 8, 1.5);
    History history = Kept.history(new int[] {1, 1}, 2);
    for (Preset preset : Preset.values()) {
      Sampler sampler =
          preset.sampler(
              SamplerSettings.DEFAULT
                  .temperature(0.9)
                  .frequencyPenalty(0.4)
                  .repetitionPenalty(1.2)
                  .topK(5)
                  .topP(0.95));
      double[] p = sampler.distribution(logits, history);
      Candidates candidates = new Candidates();
      int[] counts =
          Draws.counts(
              8,
              20000,
              40 + preset.ordinal(),
              r -> sampler.next(candidates.load(logits, 0, 8), history, r.nextUniform()));
      Draws.assertFrequencies(p, counts, 0.01);
    }
  }

  @Test
  void nothingIsDrawnOrChanged() {
    float[] logits = Draws.random(13, 20, 1);
    float[] before = logits.clone();
    History history = new History(1, 2, 3);
    Sampler sampler = Sampler.of(0.7, 1, 5, 0.9);
    assertArrayEquals(sampler.distribution(logits, history), sampler.distribution(logits, history));
    assertArrayEquals(before, logits);
    assertArrayEquals(new int[] {1, 2, 3}, history.toArray());
    assertThrows(IllegalArgumentException.class, () -> of(new float[] {0, Float.NaN}));
  }
}
