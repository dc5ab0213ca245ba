package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.tensor.Philox;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NucleusTest {
  @Test
  void equalsASort() {
    Philox random = Draws.stream(21);
    for (int n = 1; n < 400; n++) {
      long[] keys = new long[n];
      long[] masses = new long[n];
      long total = 0;
      for (int i = 0; i < n; i++) {
        long high = ((long) (random.nextUniform() * 9)) - 4; // shared heads of both signs
        keys[i] = high << 40 | ((long) (random.nextUniform() * (1 << 20))) << 10 | i;
        masses[i] = ((long) (random.nextUniform() * 1000)) * (i % 3); // zeros, too
        total += masses[i];
      }
      double wanted = random.nextUniform() * total;
      for (NucleusRule rule : NucleusRule.values()) {
        for (int minKept : new int[] {1, 2, n / 2 + 1, n, n + 3}) {
          long least = Nucleus.least(keys.clone(), masses.clone(), n, wanted, rule, minKept);
          long kept = Arrays.stream(keys).filter(key -> key >= least).count();
          assertEquals(
              bySorting(keys, masses, wanted, rule, minKept),
              kept,
              n + " " + wanted + " " + rule + " " + minKept);
        }
      }
    }
  }

  private static int bySorting(
      long[] keys, long[] masses, double wanted, NucleusRule rule, int minKept) {
    int[] best =
        IntStream.range(0, keys.length)
            .boxed()
            .sorted((a, b) -> Long.compare(keys[b], keys[a]))
            .mapToInt(i -> i)
            .toArray();
    int kept = 0;
    double cumulated = 0;
    for (; kept < best.length; kept++) {
      double next = cumulated + masses[best[kept]];
      boolean enough = rule == NucleusRule.INCLUSIVE ? cumulated >= wanted : next > wanted;
      if (enough && kept >= 1) {
        break;
      }
      cumulated = next;
    }
    return Math.min(keys.length, Math.max(kept, minKept));
  }
}
