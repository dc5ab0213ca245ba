package dev.weft.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Holds `docs/behaviour.md` and the tests' display names together.
class BehaviourTableTest {
  private static final Path PAGE = Repository.ROOT.resolve("docs/behaviour.md");
  private static final String HOW =
      "docs/behaviour.md: write the tests' column anew with"
          + " mvn -pl cli -am test -Dtest=BehaviourTableTest -Dweft.update";

  @Test
  void theTableNamesTheTestsThatTheSourcesName() throws IOException {
    String page = Files.readString(PAGE);
    String updated = new BehaviourTable(page).with(DisplayNames.byId());
    if (System.getProperty("weft.update") != null) {
      Files.writeString(PAGE, updated);
      return;
    }
    List<String> right = new ArrayList<>(updated.lines().toList());
    right.removeAll(page.lines().toList());
    assertEquals(List.of(), right, HOW);
  }

  @Test
  void everyRowHasATestOrAReason() throws IOException {
    List<String> bare = new ArrayList<>();
    Map<String, Set<String>> tests = DisplayNames.byId();
    for (BehaviourTable.Row row : new BehaviourTable(Files.readString(PAGE)).rows().values()) {
      if (!tests.containsKey(row.id()) && row.missing().isEmpty()) {
        bare.add(row.id());
      }
    }
    assertEquals(List.of(), bare, "rows without a test need a reason in their last column");
  }

  @Test
  void testsNameKnownIdsOnly() throws IOException {
    Map<String, Set<String>> tests = DisplayNames.byId();
    tests.keySet().removeAll(new BehaviourTable(Files.readString(PAGE)).rows().keySet());
    assertEquals(Map.of(), tests, "ids that docs/behaviour.md does not have");
  }

  @Test
  void idsAreReadSinglyAndInRanges() {
    assertEquals(List.of("S1-47"), DisplayNames.ids("S1-47: just above a boundary"));
    assertEquals(
        List.of("S1-56", "S1-57", "S1-58", "T8"), DisplayNames.ids("S1-56…S1-58, T8: a cache"));
    assertEquals(List.of("S1-09", "S1-10"), DisplayNames.ids("S1-09…S1-10"));
    assertEquals(List.of(), DisplayNames.ids("T=1 and XS1-22 are no ids"));
    assertThrows(IllegalArgumentException.class, () -> DisplayNames.ids("S1-01…S2-02"));
  }

  @Test
  void displayNamesAreFoundOverLinesAndBesideOtherAnnotations() {
    String source =
        """
        @Name("S1-01: a class")
        class A {
          @Test
          @Name(
              "S1-02: split "
                  + "over lines, S1-03")
          @ParameterizedTest(name = "of (two)")
          @Tag("slow")
          void splitNames() {}

          @Name("S1-04: (with brackets)")
          @Test
          public void brackets() throws Exception {}
        }
        """
            .replace("@Name", "@DisplayName"); // else these names would count as this class's own
    Map<String, Set<String>> tests = new TreeMap<>();
    DisplayNames.read(source, "m A", tests);
    assertEquals(
        "{S1-01=[m A], S1-02=[m A.splitNames], S1-03=[m A.splitNames], S1-04=[m A.brackets]}",
        tests.toString());
  }

  @Test
  void anUpdateTakesOnlyNotYetTestedAway() {
    BehaviourTable table =
        new BehaviourTable("| S1-01 | a | | not yet tested |\n| S1-02 | b | `old` | later |\n");
    String updated =
        table.with(Map.of("S1-01", List.of("m A.b", "m C.d"), "S1-02", List.of("m E.f")));
    assertEquals(
        "| S1-01 | a | `m A.b`<br>`m C.d` | |\n| S1-02 | b | `m E.f` | later |\n", updated);
  }
}
