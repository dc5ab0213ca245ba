package dev.weft.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Runs the same benchmarks in several fresh JVMs, one after another, and takes the median and the
/// worst of each figure: the JIT compiles differently from start to start, and its bad days are
/// part of the truth.
final class FreshJvms {
  private FreshJvms() {}

  /// Starts `count` JVMs like this one with `arguments`; each writes its rows to a file.
  static List<Row> run(int count, List<String> arguments) throws IOException, InterruptedException {
    Map<String, List<Row>> runs = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      Path file = Files.createTempFile("weft-bench", ".json");
      try {
        start(arguments, file);
        for (Row row : read(file)) {
          runs.computeIfAbsent(row.benchmark() + " " + row.variant(), key -> new ArrayList<>())
              .add(row);
        }
      } finally {
        Files.delete(file);
      }
    }
    List<Row> merged = new ArrayList<>();
    runs.values().forEach(rows -> merged.add(merge(rows)));
    return merged;
  }

  private static void start(List<String> arguments, Path file)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(arguments);
    command.addAll(List.of("--json", file.toString()));
    int status = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (status != 0) {
      throw new IOException(
          "bench: a fresh JVM ended with status " + status + "; its message stands above");
    }
  }

  /// Medians of the JVMs' values and limits, and the worst of the values.
  private static Row merge(List<Row> rows) {
    double[] values = rows.stream().mapToDouble(Row::value).sorted().toArray();
    double[] limits = rows.stream().mapToDouble(Row::limit).sorted().toArray();
    Row first = rows.getFirst();
    double worst = first.time() ? values[values.length - 1] : values[0];
    return new Row(
        first.benchmark(),
        first.variant(),
        Stopwatch.median(values),
        worst,
        first.unit(),
        Stopwatch.median(limits));
  }

  static void write(Path file, List<Row> rows) throws IOException {
    ObjectMapper json = new ObjectMapper();
    var array = json.createArrayNode();
    for (Row row : rows) {
      var node = array.addObject();
      node.put("benchmark", row.benchmark());
      node.put("variant", row.variant());
      node.put("value", row.value());
      node.put("worst", row.worst());
      node.put("unit", row.unit());
      if (!Double.isNaN(row.limit())) {
        node.put("limit", row.limit());
        node.put("ratio", row.ratio());
      }
    }
    json.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), array);
  }

  private static List<Row> read(Path file) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (JsonNode node : new ObjectMapper().readTree(file.toFile())) {
      rows.add(
          new Row(
              node.get("benchmark").asText(),
              node.get("variant").asText(),
              node.get("value").asDouble(),
              node.get("worst").asDouble(),
              node.get("unit").asText(),
              node.path("limit").asDouble(Double.NaN)));
    }
    return rows;
  }
}
