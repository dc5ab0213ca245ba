package dev.weft.examples.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReversalsTest {
  @Test
  void theSeedAndTheNumberSayWhatABatchHolds() {
    Reversals words = new Reversals(26, 3, 10, 50, 4);
    assertEquals(words.batch(7, 20), new Reversals(26, 3, 10, 50, 4).batch(7, 20));
    assertNotEquals(words.batch(7, 20), words.batch(8, 20));
    assertNotEquals(words.test(), new Reversals(26, 3, 10, 50, 5).test());
    for (String word : words.batch(7, 200)) {
      assertTrue(word.matches("[a-z]{3,10}"), word);
    }
  }

  @Test
  void heldOutWordsAreInNoBatch() {
    Reversals words = new Reversals(4, 2, 5, 8, 1); // few words in all
    Set<String> heldOut = new HashSet<>(words.validation());
    heldOut.addAll(words.test());
    assertEquals(16, heldOut.size());
    for (int batch = 0; batch < 100; batch++) {
      for (String word : words.batch(batch, 64)) {
        assertFalse(heldOut.contains(word), word);
      }
    }
  }

  @Test
  void aWordIsTurnedAround() {
    assertEquals("cba", Reversals.reversed("abc"));
  }

  @Test
  void tooFewWordsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Reversals(2, 1, 3, 10, 1));
    assertThrows(IllegalArgumentException.class, () -> new Reversals(27, 1, 3, 10, 1));
    assertThrows(IllegalArgumentException.class, () -> new Reversals(26, 4, 3, 10, 1));
  }
}
