package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.Philox;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ProbabilitiesTest {
  private static final double[] CAT_DOG_FROG = {0.7, 0.1, 0.2};

  @Test
  @DisplayName("S3-01: probabilities at a temperature have their known values")
  void knownValues() {
    Map<Double, double[]> known =
        Map.of(
            0.2, new double[] {0.9980403800475058, 5.938242280285041e-05, 0.0019002375296912123},
            0.5, new double[] {0.9074074074074073, 0.018518518518518528, 0.07407407407407408},
            1.0, CAT_DOG_FROG,
            2.0, new double[] {0.5228793830078696, 0.1976298304459594, 0.27949078654617093},
            10.0, new double[] {0.36962778006325137, 0.30426696322533175, 0.3261052567114168});
    known.forEach(
        (t, wanted) ->
            assertArrayEquals(wanted, Sampling.applyTemperature(CAT_DOG_FROG, t), 1e-14, "T " + t));
  }

  @Test
  @DisplayName("S3-02: that is softmax of logits / T")
  void equalsSoftmaxOfScaledLogits() {
    for (double t : new double[] {0.3, 1, 2.5}) {
      for (int seed = 0; seed < 20; seed++) {
        float[] logits = Draws.random(seed, 30, 2);
        Sampler plain = Sampler.of(1, 0, 0, 0);
        double[] p = plain.distribution(logits, new History());
        double[] wanted = Sampler.of(t, 0, 0, 0).distribution(logits, new History());
        assertArrayEquals(wanted, Sampling.applyTemperature(p, t), 1e-7);
      }
    }
  }

  @Test
  @DisplayName("S3-03: floats, doubles and a list draw the same")
  void takesFloatsDoublesAndLists() {
    double[] p = {0.5, 0.125, 0.375};
    for (int seed = 0; seed < 200; seed++) {
      int id = Sampling.sample(p, 0.7, Draws.stream(seed));
      float[] floats = {0.5f, 0.125f, 0.375f};
      assertEquals(id, Sampling.sample(floats, 0.7, Draws.stream(seed)));
      assertEquals(id, Sampling.sample(List.of(0.5, 0.125, 0.375), 0.7, Draws.stream(seed)));
    }
  }

  @Test
  @DisplayName("S3-04: greedy takes the likeliest, always")
  void greedy() {
    Philox random = Draws.stream(3);
    for (int n = 0; n < 1000; n++) {
      assertEquals(0, Sampling.sample(CAT_DOG_FROG, 0, random));
    }
  }

  @Test
  @DisplayName("S3-05: draws follow the probabilities")
  void frequencies() {
    int[] counts = Draws.counts(3, 20000, 4, r -> Sampling.sample(CAT_DOG_FROG, 1, r));
    Draws.assertFrequencies(CAT_DOG_FROG, counts, 0.01);
    counts = Draws.counts(3, 20000, 5, r -> Sampling.sample(CAT_DOG_FROG, 2, r));
    Draws.assertFrequencies(Sampling.applyTemperature(CAT_DOG_FROG, 2), counts, 0.01);
  }

  @Test
  @DisplayName("S3-06: the one-hot draw and the index agree")
  void oneHotAndIndexAgree() {
    for (int seed = 0; seed < 200; seed++) {
      int[] wanted = new int[3];
      wanted[Sampling.sample(CAT_DOG_FROG, 1.3, Draws.stream(seed))] = 1;
      assertArrayEquals(wanted, Sampling.sampleOneHot(CAT_DOG_FROG, 1.3, Draws.stream(seed)));
    }
  }

  @Test
  @DisplayName("S3-07, T18: 0 is greedy, zeros stay impossible, nearly normalised passes")
  void edges() {
    assertArrayEquals(
        new double[] {0, 1, 0}, Sampling.applyTemperature(new double[] {0.3, 0.4, 0.3}, 0));
    assertArrayEquals(new double[] {1, 0}, Sampling.applyTemperature(new double[] {0.5, 0.5}, 0));
    double[] withZero = {0, 0.5, 0.5, 0};
    for (double t : new double[] {1e-300, 0.01, 1, 1e9, Double.POSITIVE_INFINITY}) {
      double[] p = Sampling.applyTemperature(withZero, t);
      assertArrayEquals(withZero, p, "T " + t);
      int[] counts = Draws.counts(4, 500, 6, r -> Sampling.sample(withZero, t, r));
      assertEquals(0, counts[0] + counts[3]);
    }
    assertArrayEquals(
        new double[] {1, 0}, Sampling.applyTemperature(new double[] {0.6, 0.4}, 1e-300));
    double[] over = {0.5004, 0.5004};
    assertArrayEquals(new double[] {0.5, 0.5}, Sampling.applyTemperature(over, 1));
    for (double u : new double[] {0, 0.25, 0.5, 1 - 0x1p-53}) {
      assertTrue(Probabilities.draw(withZero, u) == (u < 0.5 ? 1 : 2), "u " + u);
    }
  }

  @Test
  @DisplayName("S3-07, T18: what is no distribution is refused")
  void refusals() {
    assertRefused("probability 1 is -0.1", new double[] {1.1, -0.1}, 1);
    assertRefused("probability 0 is NaN", new double[] {Double.NaN, 1}, 1);
    assertRefused("probability 1 is Infinity", new double[] {0, Double.POSITIVE_INFINITY}, 1);
    assertRefused("sum to 1.002", new double[] {0.502, 0.5}, 1);
    assertRefused("sum to 0.998", new double[] {0.498, 0.5}, 1);
    assertRefused("sum to 0.0", new double[0], 1);
    assertRefused("temperature must be at least 0", CAT_DOG_FROG, -1);
    assertRefused("temperature must be at least 0", CAT_DOG_FROG, Double.NaN);
  }

  private static void assertRefused(String because, double[] probabilities, double temperature) {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Sampling.sample(probabilities, temperature, Draws.stream(1)));
    assertTrue(e.getMessage().contains(because), e.getMessage());
  }
}
