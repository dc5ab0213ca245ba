package dev.weft.nn.io;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// Tensors spread over several safetensors files, with an index that says which holds which:
/// `{"weight_map": {"tensor": "model-00001-of-00002.safetensors", …}}`.
public final class ShardedTensors implements TensorFiles {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION).build();

  private final String source;
  private final Map<String, Safetensors> shards = new LinkedHashMap<>(); // by file name
  private final Map<String, Safetensors> shardOf = new LinkedHashMap<>(); // by tensor name
  private final Map<String, TensorEntry> entries = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private ShardedTensors(String source) {
    this.source = source;
  }

  /// Opens an index and all files it names, which lie in its folder.
  ///
  /// @throws MalformedFileException when the index or a file is wrong, with what is wrong
  public static ShardedTensors open(Path index) throws IOException {
    ShardedTensors files = new ShardedTensors(index.toString());
    try {
      files.read(index);
      return files;
    } catch (IOException | RuntimeException e) {
      files.close();
      throw e;
    }
  }

  private void read(Path index) throws IOException {
    if (Files.size(index) > SafetensorsHeader.LIMIT) {
      throw malformed("the index has more than " + SafetensorsHeader.LIMIT + " bytes");
    }
    JsonNode root;
    try {
      root = JSON.readTree(Files.readAllBytes(index));
    } catch (JsonProcessingException e) {
      throw new MalformedFileException(
          source, "the index is no valid JSON: " + e.getOriginalMessage(), e);
    }
    JsonNode map = root.path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw malformed("the index has no weight_map");
    }
    for (Map.Entry<String, JsonNode> pair : map.properties()) {
      add(index, pair.getKey(), pair.getValue());
    }
  }

  private void add(Path index, String tensor, JsonNode file) throws IOException {
    String name = file.asText();
    if (!file.isTextual() || !name.matches("[A-Za-z0-9_][A-Za-z0-9._-]*\\.safetensors")) {
      throw malformed(
          "tensor "
              + tensor
              + " should lie in a .safetensors file beside the index but"
              + " is said to lie in "
              + file);
    }
    Safetensors shard = shards.get(name);
    if (shard == null) {
      shard = Safetensors.open(index.resolveSibling(name));
      shards.put(name, shard);
      metadata.putAll(shard.metadata());
    }
    TensorEntry entry = shard.entries().get(tensor);
    if (entry == null) {
      throw malformed("tensor " + tensor + " is said to lie in " + name + " but is not there");
    }
    shardOf.put(tensor, shard);
    entries.put(tensor, entry);
  }

  private MalformedFileException malformed(String reason) {
    return new MalformedFileException(source, reason);
  }

  @Override
  public Map<String, TensorEntry> entries() {
    return Collections.unmodifiableMap(entries);
  }

  @Override
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(metadata);
  }

  @Override
  public MemorySegment bytes(String name) {
    entry(name);
    return shardOf.get(name).bytes(name);
  }

  @Override
  public String source() {
    return source;
  }

  @Override
  public void close() {
    for (Safetensors shard : shards.values()) {
      shard.close();
    }
  }
}
