package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TemperatureTest {
  private static final float[] LOG_ONE_TWO = {0, (float) StrictMath.log(2)};

  @Test
  @DisplayName("S1-27: temperature divides, must be above 0, and leaves its input alone")
  void dividesACopy() {
    float[] logits = {1, -2, 3};
    assertArrayEquals(new float[] {2, -4, 6}, Sampling.applyTemperature(logits, 0.5));
    assertArrayEquals(new float[] {1, -2, 3}, logits);
    for (double bad : new double[] {0, -1, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> Sampling.applyTemperature(logits, bad));
    }
  }

  @Test
  void theSmallestAndTheLargestTemperaturesMakeNoLogitInfiniteOrNaN() {
    float[] logits = {100, 99.99f, Float.NEGATIVE_INFINITY};
    for (double coldest : new double[] {Double.MIN_VALUE, 1e-300, 1e-30}) {
      Sampler sampler = Sampler.of(coldest, 0, 0, 0);
      assertArrayEquals(new double[] {1, 0, 0}, sampler.distribution(logits, new History()));
    }
    for (double hottest : new double[] {1e39, Double.MAX_VALUE, Double.POSITIVE_INFINITY}) {
      Sampler sampler = Sampler.of(hottest, 0, 0, 0);
      assertArrayEquals(new double[] {0.5, 0.5, 0}, sampler.distribution(logits, new History()));
    }
    HashModel model = new HashModel(50, 100); // on the device too
    int[] greedy = new Generator(Sampler.GREEDY, 0, 5).generate(model, 3).ids();
    assertArrayEquals(
        greedy, new Generator(Sampler.of(1e-300, 0, 0, 0), 0, 5).generate(model, 3).ids());
  }

  @Test
  @DisplayName("S1-28: cold sharpens")
  void coldSharpens() {
    float[] cold = Sampling.applyTemperature(LOG_ONE_TWO, 0.001);
    assertEquals(0, cold[0]);
    assertEquals(693.14716, cold[1], 693 * 1e-6);
  }

  @Test
  @DisplayName("S1-29: hot flattens")
  void hotFlattens() {
    float[] hot = Sampling.applyTemperature(LOG_ONE_TWO, 1000);
    assertEquals(0, hot[0]);
    assertEquals(0.00069315, hot[1], 1e-8);
  }

  @Test
  @DisplayName("S1-30: T to 0 becomes greedy, T to infinity uniform")
  void limits() {
    float[] logits = {1, 2, 3};
    int[] cold =
        Draws.counts(
            3, 2000, 1, r -> Sampling.sampleBasic(Sampling.applyTemperature(logits, 0.001), r));
    assertArrayEquals(new int[] {0, 0, 2000}, cold);
    float[] hot = Sampling.applyTemperature(logits, 1000);
    double[] p = new double[3];
    double sum = 0;
    for (int i = 0; i < 3; i++) {
      p[i] = StrictMath.exp(hot[i]);
      sum += p[i];
    }
    assertEquals(0.333000, p[0] / sum, 1e-6);
    assertEquals(0.333333, p[1] / sum, 1e-6);
    assertEquals(0.333667, p[2] / sum, 1e-6);
    int[] drawn = Draws.counts(3, 20000, 2, r -> Sampling.sampleBasic(hot, r));
    Draws.assertFrequencies(new double[] {p[0] / sum, p[1] / sum, p[2] / sum}, drawn, 0.01);
  }
}
