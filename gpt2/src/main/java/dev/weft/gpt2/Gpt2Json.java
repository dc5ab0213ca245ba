package dev.weft.gpt2;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Hugging Face's `config.json` of a GPT-2.
final class Gpt2Json {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String ACTIVATION = "gelu_new";

  private final Path file;
  private final JsonNode root;

  private Gpt2Json(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  /// Reads a config; throws when it describes a model that [Gpt2] is not.
  static Gpt2Config read(Path file) throws IOException {
    JsonNode root;
    try {
      root = JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(file + ": no valid JSON: " + e.getOriginalMessage(), e);
    }
    return new Gpt2Json(file, root).config();
  }

  private Gpt2Config config() {
    requireIf("model_type", "gpt2");
    requireIf("activation_function", ACTIVATION);
    requireIf("tie_word_embeddings", "true");
    requireIf("scale_attn_weights", "true");
    requireIf("scale_attn_by_inverse_layer_idx", "false");
    int width = integer("n_embd");
    requireIf("n_inner", String.valueOf(4 * width));
    int context = integer(root.has("n_positions") ? "n_positions" : "n_ctx");
    JsonNode eps = root.path("layer_norm_epsilon");
    return new Gpt2Config(
        integer("vocab_size"),
        context,
        width,
        integer("n_layer"),
        integer("n_head"),
        eps.isNumber() ? eps.asDouble() : 1e-5);
  }

  private int integer(String field) {
    JsonNode node = root.path(field);
    if (!node.isInt()) {
      throw new IllegalArgumentException(
          file
              + ": "
              + field
              + " must be a whole number but is "
              + (node.isMissingNode() ? "missing" : node));
    }
    return node.asInt();
  }

  /// Throws when the field is there, not null, and something else.
  private void requireIf(String field, String value) {
    JsonNode node = root.path(field);
    if (!node.isMissingNode() && !node.isNull() && !node.asText().equals(value)) {
      throw new IllegalArgumentException(
          file + ": " + field + " is " + node + " but only " + value + " is supported");
    }
  }

  /// The config as a file; a text begins and ends with `endOfText`, or with nothing if that is
  /// null.
  static byte[] write(Gpt2Config config, Integer endOfText) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.putArray("architectures").add("GPT2LMHeadModel");
    root.put("model_type", "gpt2");
    root.put("activation_function", ACTIVATION);
    root.put("vocab_size", config.vocabulary());
    root.put("n_positions", config.context());
    root.put("n_ctx", config.context());
    root.put("n_embd", config.width());
    root.put("n_layer", config.layers());
    root.put("n_head", config.heads());
    root.put("layer_norm_epsilon", config.layerNormEps());
    // Left out, they would be the published model's.
    root.put("bos_token_id", endOfText);
    root.put("eos_token_id", endOfText);
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
  }
}
