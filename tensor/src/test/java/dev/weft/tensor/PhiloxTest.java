package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PhiloxTest {
  /// Known answers that Random123 publishes for philox4x32-10.
  @Test
  void wordsAreThoseOfRandom123() {
    assertArrayEquals(
        new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, words(0, 0, 0, 0, 0, 0));
    assertArrayEquals(
        new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}, words(-1, -1, -1, -1, -1, -1));
    assertArrayEquals(
        new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
        words(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0));
  }

  private static int[] words(int c0, int c1, int c2, int c3, int k0, int k1) {
    int[] out = new int[4];
    Philox.words(c0, c1, c2, c3, k0, k1, out);
    return out;
  }

  @Test
  void aUniformIsTheUpper53BitsOfTwoWords() {
    int[] w = words(5, 6, Philox.Purpose.TOKEN.word(), 0, 0x9abcdef0, 0x12345678);
    long bits = (w[0] & 0xffffffffL) << 32 | (w[1] & 0xffffffffL);
    double expected = (bits >>> 11) * 0x1p-53;
    assertEquals(expected, Philox.uniform(0x123456789abcdef0L, Philox.Purpose.TOKEN, 5, 6));
  }

  @Test
  void aStreamGoesThroughItsBlocksInOrder() {
    var stream = new Philox(7, Philox.Purpose.SHUFFLE, 1, 2);
    for (int block = 0; block < 3; block++) {
      int[] w = words(1, 2, Philox.Purpose.SHUFFLE.word(), block, 7, 0);
      for (int half = 0; half < 4; half += 2) {
        long bits = (w[half] & 0xffffffffL) << 32 | (w[half + 1] & 0xffffffffL);
        assertEquals((bits >>> 11) * 0x1p-53, stream.nextUniform());
      }
    }
  }

  @Test
  void everyPartOfTheCounterChangesTheStream() {
    double base = Philox.uniform(1, Philox.Purpose.TOKEN, 0, 0);
    assertNotEquals(base, Philox.uniform(2, Philox.Purpose.TOKEN, 0, 0));
    assertNotEquals(base, Philox.uniform(1L << 32 | 1, Philox.Purpose.TOKEN, 0, 0));
    assertNotEquals(base, Philox.uniform(1, Philox.Purpose.BEAM, 0, 0));
    assertNotEquals(base, Philox.uniform(1, Philox.Purpose.TOKEN, 1, 0));
    assertNotEquals(base, Philox.uniform(1, Philox.Purpose.TOKEN, 0, 1));
  }

  @Test
  void uniformsFillTheUnitIntervalEvenly() {
    var stream = new Philox(3, Philox.Purpose.TOKEN, 0, 0);
    int[] counts = new int[100];
    for (int i = 0; i < 100_000; i++) {
      double u = stream.nextUniform();
      assertTrue(u >= 0 && u < 1);
      counts[(int) (u * 100)]++;
    }
    double chiSquare = 0;
    for (int count : counts) {
      chiSquare += (count - 1000.0) * (count - 1000.0) / 1000;
    }
    // 99 degrees of freedom: above 180 once in two million seeds.
    assertTrue(chiSquare < 180, "chi-square " + chiSquare);
  }

  @Test
  void normalsHaveMeanZeroAndVarianceOne() {
    var stream = new Philox(4, Philox.Purpose.INITIALISATION, 0, 0);
    int n = 100_000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double z = stream.nextNormal();
      sum += z;
      squares += z * z;
    }
    assertEquals(0, sum / n, 5 / Math.sqrt(n));
    assertEquals(1, squares / n, 5 * Math.sqrt(2.0 / n));
  }

  @Test
  void aPermutationHoldsEveryIndexOnce() {
    int[] order = new Philox(5, Philox.Purpose.SHUFFLE, 0, 0).permutation(1000);
    int[] sorted = order.clone();
    java.util.Arrays.sort(sorted);
    int moved = 0;
    for (int i = 0; i < sorted.length; i++) {
      assertEquals(i, sorted[i]);
      moved += order[i] == i ? 0 : 1;
    }
    assertTrue(moved > 950, moved + " of 1000 moved");
  }

  @Test
  void aBoundBelowOneThrows() {
    var stream = new Philox(1, Philox.Purpose.SHUFFLE, 0, 0);
    var error = assertThrows(IllegalArgumentException.class, () -> stream.nextInt(0));
    assertTrue(error.getMessage().contains("is 0"), error.getMessage());
  }
}
