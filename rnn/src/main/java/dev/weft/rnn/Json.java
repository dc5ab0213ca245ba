package dev.weft.rnn;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.nn.io.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// JSON of this module's small files: one object, no name twice, nothing after it.
final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private Json() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static String text(JsonNode root) {
    try {
      return MAPPER.writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree that cannot be written", e);
    }
  }

  /// The object that a text holds; `what` names it in errors.
  static JsonNode parse(String what, String json) {
    JsonNode root;
    try {
      root = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(what + ": no valid JSON: " + reason(e), e);
    }
    if (!root.isObject()) {
      throw new IllegalArgumentException(what + ": the JSON must be an object but " + shown(root));
    }
    return root;
  }

  /// What every `config.json` begins with: the kind of a model and its shape.
  static ObjectNode config(ModelKind kind, Record shape) {
    ObjectNode root = object();
    root.put("kind", kind.toString());
    root.set("model", of(shape));
    return root;
  }

  /// The `config.json` of a folder that holds a model of this kind.
  ///
  /// @throws IllegalArgumentException saying what is wrong with the folder
  static JsonNode config(Path folder, ModelKind kind) throws IOException {
    Path file = folder.resolve(ModelFolder.CONFIG);
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          folder + ": there is no " + ModelFolder.CONFIG + " in it, so it holds no model");
    }
    JsonNode root = parse(file.toString(), ModelFolder.config(folder));
    if (!kind.toString().equals(root.path("kind").textValue())) {
      throw new IllegalArgumentException(
          file + ": kind must be \"" + kind + "\" but " + shown(root.path("kind")));
    }
    return root;
  }

  /// A record as an object of its components.
  static JsonNode of(Record configuration) {
    return MAPPER.valueToTree(configuration);
  }

  /// The record that an object describes: every component is there, of its own type, and nothing
  /// else.
  static <R extends Record> R read(String what, JsonNode root, Class<R> type) {
    if (!root.isObject()) { // Jackson makes null of nothing
      throw new IllegalArgumentException(
          what + ": the shape of a model must be an object but " + shown(root));
    }
    try {
      return MAPPER.treeToValue(root, type);
    } catch (JsonProcessingException e) {
      Throwable cause = e.getCause() instanceof IllegalArgumentException ? e.getCause() : null;
      String reason = cause == null ? reason(e) : cause.getMessage();
      throw new IllegalArgumentException(what + ": " + reason, e);
    }
  }

  /// What is wrong, without where Jackson found it and which of its settings says so.
  private static String reason(JsonProcessingException e) {
    return e.getOriginalMessage()
        .replaceFirst(" \\(start marker at .*", "")
        .replaceFirst(" \\(index \\d+\\); `DeserializationFeature\\..*", "");
  }

  /// `is 7` or `is missing`, for the end of a sentence; long values are cut.
  static String shown(JsonNode node) {
    if (node.isMissingNode()) {
      return "is missing";
    }
    String text = node.toString();
    return "is " + (text.length() > 60 ? text.substring(0, 60) + "…" : text);
  }
}
