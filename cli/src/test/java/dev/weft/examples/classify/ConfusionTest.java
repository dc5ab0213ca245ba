package dev.weft.examples.classify;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConfusionTest {
  private static final List<String> CLASSES = List.of("a", "b", "c");

  /// Of class a 4: 3 right, 1 taken for b. Of b 3: 2 right, 1 taken for a. Of c 1, taken for a.
  private static final Confusion COUNTED =
      Confusion.of(CLASSES, new int[] {0, 0, 0, 0, 1, 1, 1, 2}, new int[] {0, 0, 0, 1, 1, 1, 0, 0});

  @Test
  void pairsAreCountedByActualAndPredicted() {
    assertArrayEquals(new int[][] {{3, 1, 0}, {1, 2, 0}, {1, 0, 0}}, COUNTED.counts());
    assertEquals(8, COUNTED.total());
  }

  @Test
  void measuresEqualTheHandCount() {
    assertEquals(5 / 8.0, COUNTED.accuracy(), 1e-15);
    assertEquals(3 / 5.0, COUNTED.precision(0), 1e-15);
    assertEquals(3 / 4.0, COUNTED.recall(0), 1e-15);
    assertEquals(2 * 0.6 * 0.75 / 1.35, COUNTED.f1(0), 1e-15);
    assertEquals(2 / 3.0, COUNTED.precision(1), 1e-15);
    assertEquals(2 / 3.0, COUNTED.recall(1), 1e-15);
    assertEquals((2 / 3.0 + 2 / 3.0 + 0) / 3, COUNTED.macroF1(), 1e-15);
  }

  @Test
  void aClassThatWasNeverPredictedHasPrecisionZero() {
    assertEquals(0, COUNTED.precision(2));
    assertEquals(0, COUNTED.f1(2));
    assertEquals(0, Confusion.of(CLASSES, new int[0], new int[0]).accuracy());
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> Confusion.of(CLASSES, new int[2], new int[3]));
    assertThrows(
        IllegalArgumentException.class, () -> new Confusion(CLASSES, new int[][] {{1, 2}}));
  }
}
