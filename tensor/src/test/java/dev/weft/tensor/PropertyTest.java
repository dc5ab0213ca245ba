package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PropertyTest {
  @Test
  void aTrueStatementIsCheckedOnEveryCaseAndOnGrowingSizes() {
    List<Integer> sizes = new ArrayList<>();
    Property.forAll(1, 10, (random, size) -> size, sizes::add);
    assertEquals(10, sizes.size());
    assertEquals(1, sizes.getFirst());
    assertEquals(64, sizes.getLast());
  }

  @Test
  void aFalseStatementNamesSeedCaseAndAHalvedInput() {
    var error =
        assertThrows(
            AssertionError.class,
            () ->
                Property.forAll(
                    42,
                    10,
                    (random, size) -> new int[size],
                    array -> assertTrue(array.length < 10, "too long")));
    String message = error.getMessage();
    assertTrue(message.contains("seed 42"), message);
    assertTrue(message.contains("case 2"), message);
    assertTrue(message.contains("size 15"), message);
    assertTrue(message.contains("too long"), message);
  }

  @Test
  void aFailingCaseComesBackWithItsSeed() {
    List<Double> first = new ArrayList<>();
    List<Double> second = new ArrayList<>();
    Property.forAll(7, 5, (random, size) -> random.nextUniform(), first::add);
    Property.forAll(7, 5, (random, size) -> random.nextUniform(), second::add);
    assertEquals(first, second);
  }
}
