package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.Philox;
import java.util.function.ToIntFunction;

/// Many draws and their frequencies.
final class Draws {
  private Draws() {}

  static Philox stream(long seed) {
    return new Philox(seed, Philox.Purpose.TOKEN, 0, 0);
  }

  static int[] counts(int bins, int n, long seed, ToIntFunction<Philox> draw) {
    Philox random = stream(seed);
    int[] counts = new int[bins];
    for (int i = 0; i < n; i++) {
      counts[draw.applyAsInt(random)]++;
    }
    return counts;
  }

  /// Each frequency within `tolerance`, impossible ones exactly 0, and chi-square below its 99.9 %
  /// point for up to four degrees of freedom.
  static void assertFrequencies(double[] expected, int[] counts, double tolerance) {
    int n = java.util.Arrays.stream(counts).sum();
    double chiSquare = 0;
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], counts[i] / (double) n, tolerance, "bin " + i);
      if (expected[i] == 0) {
        assertEquals(0, counts[i], "bin " + i);
      } else {
        double wanted = expected[i] * n;
        chiSquare += (counts[i] - wanted) * (counts[i] - wanted) / wanted;
      }
    }
    assertTrue(chiSquare < 18.5, "chi-square " + chiSquare);
  }

  static float[] logs(double shift, double... probabilities) {
    float[] logits = new float[probabilities.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) (StrictMath.log(probabilities[i]) + shift);
    }
    return logits;
  }

  /// Standard normal logits times a spread.
  static float[] random(long seed, int n, double spread) {
    Philox random = new Philox(seed, Philox.Purpose.INITIALISATION, 0, 0);
    float[] logits = new float[n];
    for (int i = 0; i < n; i++) {
      logits[i] = (float) (spread * random.nextNormal());
    }
    return logits;
  }
}
