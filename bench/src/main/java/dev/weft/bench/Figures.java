package dev.weft.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Joins what fresh JVMs measured, and keeps it as JSON.
final class Figures {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Figures() {}

  /// Medians over rounds: `weft` has Weft's rows of each round, `peers` those of each peer by name.
  /// A peer's rows that Weft doesn't have are left out.
  static List<Figure> join(List<List<Row>> weft, Map<String, List<List<Row>>> peers) {
    List<Figure> figures = new ArrayList<>();
    Map<String, Map<String, List<Row>>> others = new LinkedHashMap<>();
    peers.forEach((peer, rounds) -> others.put(peer, byKey(rounds)));
    for (List<Row> rows : byKey(weft).values()) {
      boolean alone = true;
      for (Map.Entry<String, Map<String, List<Row>>> peer : others.entrySet()) {
        List<Row> theirs = peer.getValue().get(rows.getFirst().key());
        if (theirs != null) {
          figures.add(figure(rows, peer.getKey(), theirs));
          alone = false;
        }
      }
      if (alone) {
        figures.add(figure(rows, null, null));
      }
    }
    return figures;
  }

  private static Map<String, List<Row>> byKey(List<List<Row>> rounds) {
    Map<String, List<Row>> byKey = new LinkedHashMap<>();
    for (List<Row> round : rounds) {
      for (Row row : round) {
        byKey.computeIfAbsent(row.key(), key -> new ArrayList<>()).add(row);
      }
    }
    return byKey;
  }

  private static Figure figure(List<Row> rows, String peer, List<Row> theirs) {
    Row first = rows.getFirst();
    double value = median(rows.stream().mapToDouble(Row::value).toArray());
    double limit = median(rows.stream().mapToDouble(Row::limit).toArray());
    double ratio = median(rows.stream().mapToDouble(Row::ratio).toArray());
    boolean limited = !Double.isNaN(limit);
    boolean compared = theirs != null;
    return new Figure(
        first.benchmark(),
        first.variant(),
        value,
        first.unit(),
        spread(rows),
        limited ? limit : null,
        limited ? ratio : null,
        roof(rows),
        peer,
        compared ? median(theirs.stream().mapToDouble(Row::value).toArray()) : null,
        compared ? spread(theirs) : null,
        compared ? advantage(rows, theirs) : null);
  }

  private static Row.Roof roof(List<Row> rows) {
    if (rows.getFirst().roof() == null) {
      return null;
    }
    double[] gigaflops = rows.stream().mapToDouble(row -> row.roof().gigaflops()).toArray();
    return new Row.Roof(rows.getFirst().roof().intensity(), median(gigaflops));
  }

  /// Of each round, then the median: the machine may be faster in one round than in the next.
  private static double advantage(List<Row> ours, List<Row> theirs) {
    double[] ratios = new double[Math.min(ours.size(), theirs.size())];
    for (int i = 0; i < ratios.length; i++) {
      double rate = ours.get(i).value() / theirs.get(i).value();
      ratios[i] = ours.get(i).lessIsBetter() ? 1 / rate : rate;
    }
    return median(ratios);
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

  // ---- files ----------------------------------------------------------------------------------

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

  /// What one JVM measured, for the one that started it.
  static void writeRows(Path file, List<Row> rows) throws IOException {
    JSON.writeValue(file.toFile(), rows.stream().map(Figures::node).toList());
  }

  private static ObjectNode node(Row row) {
    ObjectNode node = JSON.createObjectNode();
    node.put("benchmark", row.benchmark());
    node.put("variant", row.variant());
    node.put("value", row.value());
    node.put("worst", row.worst());
    node.put("unit", row.unit());
    if (!Double.isNaN(row.limit())) {
      node.put("limit", row.limit());
    }
    if (row.roof() != null) {
      node.put("intensity", row.roof().intensity());
      node.put("gigaflops", row.roof().gigaflops());
    }
    return node;
  }

  static List<Row> readRows(Path file) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (JsonNode node : JSON.readTree(file.toFile())) {
      rows.add(
          new Row(
              node.get("benchmark").asText(),
              node.get("variant").asText(),
              node.get("value").asDouble(),
              node.get("worst").asDouble(),
              node.get("unit").asText(),
              node.path("limit").asDouble(Double.NaN),
              node.has("intensity")
                  ? new Row.Roof(node.get("intensity").asDouble(), node.get("gigaflops").asDouble())
                  : null));
    }
    return rows;
  }
}
