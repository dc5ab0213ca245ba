package dev.weft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.examples.Example;
import org.junit.jupiter.api.Test;

final class RunExampleTest {
  @Test
  void withoutNameListsAll() {
    Run run = Run.weft("example");
    assertEquals(0, run.exitCode());
    assertEquals(Example.values().length, run.out().lines().count());
    for (Example example : Example.values()) {
      assertTrue(run.out().contains(example.summary()), run.out());
    }
    assertEquals(
        1,
        run.out().lines().map(line -> line.replaceFirst("  \\S.*", "").length()).distinct().count(),
        "the summaries stand in one column: " + run.out());
  }

  @Test
  void runsOneOnTheModelThatIsGiven() {
    Run run = Run.weft(GenerateTest.with(TinyModel.options(), "example", "settings"));
    assertEquals(0, run.exitCode(), run.err());
    assertEquals(5, run.out().lines().count());
    assertTrue(Run.weft("example", "outer").out().startsWith("A (2, 3, 4)"));
  }

  @Test
  void unknownNameIsRefused() {
    Run run = Run.weft("example", "inner");
    assertEquals(2, run.exitCode());
    assertEquals(
        "weft example: there is no example 'inner': `weft example` lists them\n", run.err());
  }
}
