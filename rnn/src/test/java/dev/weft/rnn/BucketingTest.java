package dev.weft.rnn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.Philox;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BucketingTest {
  private static int[] lengths(int n) {
    Philox random = new Philox(5, Philox.Purpose.SHUFFLE, 0, 0);
    return IntStream.range(0, n).map(i -> 1 + random.nextInt(50)).toArray();
  }

  private static int[] examples(Bucketing.Epoch epoch) {
    return epoch.batches().stream().flatMapToInt(Arrays::stream).toArray();
  }

  @Test
  @DisplayName("S0-21: every example is in one batch of the epoch")
  void everyExampleOnceAnEpoch() {
    for (int n : new int[] {0, 1, 8, 1003}) {
      Bucketing.Epoch epoch = new Bucketing(lengths(n), 8, 4, 3).epoch(2);
      assertArrayEquals(IntStream.range(0, n).toArray(), sorted(examples(epoch)));
      assertEquals((n + 7) / 8, epoch.batches().size(), "only one batch may be smaller");
    }
  }

  private static int[] sorted(int[] values) {
    int[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted;
  }

  @Test
  @DisplayName("S0-21: the share of padding is reported")
  void paddingIsTheShareOfEmptyPlaces() {
    // In one pool 1 goes with 2 and 5 with 6: 2 of the 16 places are empty.
    Bucketing.Epoch together = new Bucketing(new int[] {5, 1, 6, 2}, 2, 2, 3).epoch(0);
    assertEquals(2 / 16.0, together.padding(), 1e-12);
    int[] lengths = lengths(1003);
    double shuffled = new Bucketing(lengths, 8, 1, 3).epoch(0).padding();
    double bucketed = new Bucketing(lengths, 8, 3).epoch(0).padding();
    assertTrue(shuffled > 0.3, "" + shuffled);
    assertTrue(bucketed < 0.05, "" + bucketed);
  }

  @Test
  void theOrderFollowsFromSeedAndEpoch() {
    Bucketing bucketing = new Bucketing(lengths(100), 8, 3);
    assertArrayEquals(examples(bucketing.epoch(1)), examples(bucketing.epoch(1)));
    assertFalse(Arrays.equals(examples(bucketing.epoch(1)), examples(bucketing.epoch(2))));
    Bucketing other = new Bucketing(lengths(100), 8, 4);
    assertFalse(Arrays.equals(examples(bucketing.epoch(1)), examples(other.epoch(1))));
  }

  @Test
  void batchesDoNotComeInTheOrderOfTheirLengths() {
    Bucketing bucketing = new Bucketing(IntStream.range(0, 400).toArray(), 8, 100, 3);
    List<int[]> batches = bucketing.epoch(0).batches();
    int[] first = batches.stream().mapToInt(batch -> batch[0]).toArray();
    assertFalse(Arrays.equals(sorted(first), first));
  }

  @Test
  void rowsAreFilledUpWithMask() {
    int[][] sequences = {{5, 6, 7}, {4}, {8, 9}};
    PaddedBatch batch = PaddedBatch.of(sequences, 2, 1);
    assertArrayEquals(new int[][] {{8, 9}, {4, Vocabulary.MASK}}, batch.ids());
    assertArrayEquals(new int[] {2, 1}, batch.lengths());
    assertArrayEquals(new int[] {30, 20}, batch.of(new int[] {10, 20, 30}), "labels");
    assertEquals(2, batch.longest());
    assertEquals(2, batch.rows());
  }

  @Test
  void batchesOfNothingAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Bucketing(new int[3], 0, 1));
    assertThrows(IllegalArgumentException.class, () -> new Bucketing(new int[3], 1, 0, 1));
  }
}
