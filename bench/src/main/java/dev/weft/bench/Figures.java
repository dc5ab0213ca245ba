package dev.weft.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Joins what fresh JVMs measured, and writes it as JSON.
final class Figures {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Figures() {}

  /// Medians over rounds: `weft` has Weft's rows of each round, `peers` those of each peer by name,
  /// of the same rounds in the same order. A peer's rows that Weft doesn't have are left out.
  static List<Figure> join(List<List<Row>> weft, Map<String, List<List<Row>>> peers) {
    List<Figure> figures = new ArrayList<>();
    Map<String, Map<String, Map<Integer, Row>>> others = new LinkedHashMap<>();
    peers.forEach((peer, rounds) -> others.put(peer, byKey(rounds)));
    byKey(weft)
        .forEach(
            (key, ours) -> {
              int before = figures.size();
              others.forEach(
                  (peer, measured) -> {
                    Map<Integer, Row> theirs = measured.getOrDefault(key, Map.of());
                    if (!Collections.disjoint(ours.keySet(), theirs.keySet())) {
                      figures.add(figure(ours, peer, theirs));
                    }
                  });
              if (figures.size() == before) {
                figures.add(figure(ours, null, Map.of()));
              }
            });
    return figures;
  }

  /// Rows of the same name by their round.
  private static Map<String, Map<Integer, Row>> byKey(List<List<Row>> rounds) {
    Map<String, Map<Integer, Row>> byKey = new LinkedHashMap<>();
    for (int round = 0; round < rounds.size(); round++) {
      for (Row row : rounds.get(round)) {
        byKey.computeIfAbsent(row.key(), key -> new TreeMap<>()).put(round, row);
      }
    }
    return byKey;
  }

  private static Figure figure(Map<Integer, Row> ours, String peer, Map<Integer, Row> others) {
    List<Row> rows = List.copyOf(ours.values());
    List<Row> theirs = List.copyOf(others.values());
    double[] advantages = advantages(ours, others);
    Row first = rows.getFirst();
    double value = median(rows.stream().mapToDouble(Row::value).toArray());
    double limit = median(rows.stream().mapToDouble(Row::limit).toArray());
    double ratio = median(rows.stream().mapToDouble(Row::ratio).toArray());
    boolean limited = !Double.isNaN(limit);
    boolean compared = peer != null;
    return new Figure(
        first.benchmark(),
        first.variant(),
        value,
        first.unit(),
        spread(rows),
        rows.size(),
        limited ? limit : null,
        limited ? ratio : null,
        roof(rows),
        peer,
        compared ? median(theirs.stream().mapToDouble(Row::value).toArray()) : null,
        compared ? spread(theirs) : null,
        compared ? advantages.length : null,
        compared ? Stopwatch.median(advantages) : null,
        compared ? advantages[0] : null,
        compared ? advantages[advantages.length - 1] : null);
  }

  private static Row.Roof roof(List<Row> rows) {
    if (rows.getFirst().roof() == null) {
      return null;
    }
    double[] gigaflops = rows.stream().mapToDouble(row -> row.roof().gigaflops()).toArray();
    return new Row.Roof(rows.getFirst().roof().intensity(), median(gigaflops));
  }

  /// How many times better Weft is in each round that both have, sorted: the machine may be faster
  /// in one round than in the next.
  private static double[] advantages(Map<Integer, Row> ours, Map<Integer, Row> theirs) {
    return ours.keySet().stream()
        .filter(theirs::containsKey)
        .mapToDouble(
            round -> {
              Row row = ours.get(round);
              double rate = row.value() / theirs.get(round).value();
              return row.lessIsBetter() ? 1 / rate : rate;
            })
        .sorted()
        .toArray();
  }

  /// How far the worst JVM is from the median; within one JVM the worst run.
  private static double spread(List<Row> rows) {
    double[] values = rows.stream().mapToDouble(Row::value).sorted().toArray();
    double median = Stopwatch.median(values);
    boolean less = rows.getFirst().lessIsBetter();
    double worst = less ? values[values.length - 1] : values[0];
    if (rows.size() == 1) {
      worst = rows.getFirst().worst();
    }
    return Math.abs(worst - median) / median;
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return Stopwatch.median(values);
  }

  /// An array of figures, each with the facts of its machine.
  static void write(Path file, Machine machine, List<Figure> figures) throws IOException {
    ArrayNode array = JSON.createArrayNode();
    JsonNode facts = JSON.valueToTree(machine);
    for (Figure figure : figures) {
      ObjectNode node = JSON.valueToTree(figure);
      node.set("machine", facts);
      array.add(node);
    }
    JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), array);
  }
}
