package dev.weft.documents;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The tables of `docs/behaviour.md`: (id, what holds, tests, what is missing).
final class BehaviourTable {
  /// What a row says whose test is still to be written; it goes when the test comes.
  static final String UNTESTED = "not yet tested";

  /// One row.
  record Row(String id, String holds, String tests, String missing) {
    static Row parse(String line) {
      String[] cells = line.split("\\|", -1);
      if (cells.length != 6) {
        throw new IllegalArgumentException("a row has four cells, unlike: " + line);
      }
      return new Row(cells[1].strip(), cells[2].strip(), cells[3].strip(), cells[4].strip());
    }

    /// This row with the tests that the sources name.
    Row with(Collection<String> found) {
      List<String> quoted = new ArrayList<>();
      for (String test : found) {
        quoted.add("`" + test + "`");
      }
      String joined = String.join("<br>", quoted);
      boolean written = !found.isEmpty() && missing.equals(UNTESTED);
      return new Row(id, holds, joined, written ? "" : missing);
    }

    @Override
    public String toString() {
      return "| " + id + " | " + holds + " |" + cell(tests) + "|" + cell(missing) + "|";
    }

    private static String cell(String text) {
      return text.isEmpty() ? " " : " " + text + " ";
    }
  }

  private final List<String> lines;
  private final Map<String, Row> rows = new LinkedHashMap<>();
  private final List<Integer> places = new ArrayList<>(); // the line of each row

  BehaviourTable(String page) {
    lines = List.of(page.split("\n", -1));
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).matches("\\| [STWG]\\d.*")) {
        Row row = Row.parse(lines.get(i));
        if (rows.put(row.id(), row) != null) {
          throw new IllegalArgumentException(row.id() + " stands in two rows");
        }
        places.add(i);
      }
    }
  }

  Map<String, Row> rows() {
    return rows;
  }

  /// The page with the tests that the sources name.
  String with(Map<String, ? extends Collection<String>> tests) {
    List<String> updated = new ArrayList<>(lines);
    int next = 0;
    for (Row row : rows.values()) {
      Collection<String> found = tests.get(row.id());
      updated.set(places.get(next++), row.with(found == null ? List.of() : found).toString());
    }
    return String.join("\n", updated);
  }
}
