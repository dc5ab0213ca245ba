package dev.weft.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What one JVM leaves in a file for the one that started it.
///
/// @param rows what it measured
/// @param refused why it did not measure the rest: a sentence for each result that was wrong
record Measured(List<Row> rows, List<String> refused) {
  private static final ObjectMapper JSON = new ObjectMapper();

  void write(Path file) throws IOException {
    ObjectNode all = JSON.createObjectNode();
    ArrayNode nodes = all.putArray("rows");
    rows.forEach(row -> nodes.add(node(row)));
    ArrayNode sentences = all.putArray("refused");
    refused.forEach(sentences::add);
    JSON.writeValue(file.toFile(), all);
  }

  static Measured read(Path file) throws IOException {
    JsonNode all = JSON.readTree(file.toFile());
    List<Row> rows = new ArrayList<>();
    all.path("rows").forEach(node -> rows.add(row(node)));
    List<String> refused = new ArrayList<>();
    all.path("refused").forEach(sentence -> refused.add(sentence.asText()));
    return new Measured(rows, refused);
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

  private static Row row(JsonNode node) {
    Row.Roof roof =
        node.has("intensity")
            ? new Row.Roof(node.get("intensity").asDouble(), node.get("gigaflops").asDouble())
            : null;
    return new Row(
        node.get("benchmark").asText(),
        node.get("variant").asText(),
        node.get("value").asDouble(),
        node.get("worst").asDouble(),
        node.get("unit").asText(),
        node.path("limit").asDouble(Double.NaN),
        roof);
  }
}
