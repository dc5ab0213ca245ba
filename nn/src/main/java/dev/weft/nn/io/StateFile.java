package dev.weft.nn.io;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.nn.SavedState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// The `state.json` of a save: a format number, the checksums of the other files, and the named
/// values of everything that goes on.
///
/// @param files checksums by file name
/// @param state the values
record StateFile(Map<String, Checksum> files, SavedState state) {
  static final String NAME = "state.json";

  private static final int FORMAT = 1;
  private static final long LIMIT = 100_000_000;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .build();

  byte[] bytes() throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.put("format", FORMAT);
    ObjectNode sums = root.putObject("files");
    new TreeMap<>(files)
        .forEach(
            (name, sum) -> sums.putObject(name).put("bytes", sum.bytes()).put("crc32c", sum.crc()));
    ObjectNode values = root.putObject("state");
    state.values().forEach(values::put);
    return JSON.writeValueAsBytes(root);
  }

  static StateFile read(Path file) throws IOException {
    String source = file.toString();
    if (Files.size(file) > LIMIT) {
      throw new MalformedFileException(source, "has more than " + LIMIT + " bytes");
    }
    JsonNode root;
    try {
      root = JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new MalformedFileException(source, "is no valid JSON: " + e.getOriginalMessage(), e);
    }
    JsonNode format = root.path("format");
    if (format.asInt(-1) != FORMAT) {
      throw new MalformedFileException(
          source, "has format " + format + " but this version reads format " + FORMAT);
    }
    Map<String, Checksum> files = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : root.path("files").properties()) {
      JsonNode bytes = entry.getValue().path("bytes");
      JsonNode crc = entry.getValue().path("crc32c");
      if (!bytes.isIntegralNumber() || !crc.isIntegralNumber()) {
        throw new MalformedFileException(source, "has no checksum for " + entry.getKey());
      }
      files.put(entry.getKey(), new Checksum(bytes.asLong(), crc.asLong()));
    }
    Map<String, String> values = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : root.path("state").properties()) {
      if (!entry.getValue().isTextual()) {
        throw new MalformedFileException(
            source, entry.getKey() + " should be a text but is " + entry.getValue());
      }
      values.put(entry.getKey(), entry.getValue().asText());
    }
    return new StateFile(files, new SavedState(source, values));
  }
}
