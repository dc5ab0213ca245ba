package dev.weft.examples.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SplitTest {
  private static final List<Integer> EXAMPLES = IntStream.range(0, 1000).boxed().toList();

  private static List<Integer> sorted(Split<Integer> split) {
    List<Integer> all = new ArrayList<>(split.training());
    all.addAll(split.validation());
    all.addAll(split.test());
    Collections.sort(all);
    return all;
  }

  private static Split<Integer> deal(Function<Integer, String> family, long seed) {
    return Split.deal(EXAMPLES, i -> i % 4, family, 0.1, 0.2, seed);
  }

  @Test
  void everyPartHasItsShareOfEveryGroup() {
    Split<Integer> split = deal(String::valueOf, 3);
    assertEquals(EXAMPLES, sorted(split));
    assertEquals(1000, split.size());
    for (int group = 0; group < 4; group++) {
      int g = group;
      assertEquals(25, split.validation().stream().filter(i -> i % 4 == g).count());
      assertEquals(50, split.test().stream().filter(i -> i % 4 == g).count());
    }
  }

  @Test
  void aFamilyStaysTogether() {
    Split<Integer> split = deal(i -> "" + i / 20, 3); // five of each family in each group
    assertEquals(EXAMPLES, sorted(split));
    Set<String> training = families(split.training());
    Set<String> held = families(split.validation());
    held.addAll(families(split.test()));
    held.retainAll(training);
    assertEquals(Set.of(), held);
    assertEquals(100, split.validation().size());
  }

  private static Set<String> families(List<Integer> examples) {
    Set<String> families = new HashSet<>();
    examples.forEach(i -> families.add(i % 4 + " " + i / 20));
    return families;
  }

  @Test
  void theSeedDeals() {
    assertEquals(deal(String::valueOf, 3), deal(String::valueOf, 3));
    assertNotEquals(deal(String::valueOf, 3), deal(String::valueOf, 4));
    assertNotEquals(byHash(EXAMPLES, 3), byHash(EXAMPLES, 4));
  }

  private static Split<Integer> byHash(List<Integer> examples, long seed) {
    return Split.byHash(examples, i -> "" + i / 2, 0.1, 0.2, seed);
  }

  @Test
  void equalKeysMeetAndStayWhenOthersGo() {
    Split<Integer> split = byHash(EXAMPLES, 3);
    assertEquals(EXAMPLES, sorted(split));
    for (int i : split.test()) {
      assertTrue(split.test().contains(i ^ 1), "" + i);
    }
    assertTrue(Math.abs(split.validation().size() - 100) < 40, "" + split.validation().size());
    assertTrue(Math.abs(split.test().size() - 200) < 50, "" + split.test().size());
    Split<Integer> fewer = byHash(EXAMPLES.subList(500, 1000), 3);
    assertTrue(split.test().containsAll(fewer.test()));
    assertTrue(split.training().containsAll(fewer.training()));
  }

  @Test
  void partsAreMapped() {
    Split<String> named = new Split<>(List.of(1, 2), List.of(), List.of(3)).map(i -> "n" + i);
    assertEquals(new Split<>(List.of("n1", "n2"), List.of(), List.of("n3")), named);
  }

  @Test
  void sharesMustLeaveSomethingForTraining() {
    assertThrows(
        IllegalArgumentException.class,
        () -> Split.deal(EXAMPLES, i -> 0, String::valueOf, 0.5, 0.5, 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> Split.byHash(EXAMPLES, String::valueOf, -0.1, 0.5, 1));
  }
}
