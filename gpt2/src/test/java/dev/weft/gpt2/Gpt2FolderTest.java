package dev.weft.gpt2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weft.nn.OnDevices;
import dev.weft.nn.io.Safetensors;
import dev.weft.nn.io.TensorFiles;
import dev.weft.tensor.DType;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Gpt2FolderTest extends OnDevices {
  private static final Gpt2Config CONFIG = new Gpt2Config(300, 16, 24, 2, 2, 1e-5);
  private static final int[][] IDS = {{7, 3, 255, 9}};

  @TempDir private Path folder;
  private Gpt2 model;
  private Scope scope;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  @BeforeEach
  void make() throws IOException {
    model = SmallModel.training(device, CONFIG);
    scope = Scope.noGrad();
    for (Parameter parameter : model.parameters().all()) {
      tensors.put(parameter.name(), parameter.tensor());
    }
    Gpt2Folder.save(model, folder, DType.F32);
  }

  @AfterEach
  void drop() {
    scope.close();
    model.close();
  }

  private void write() throws IOException {
    Safetensors.write(folder.resolve("model.safetensors"), tensors, Map.of());
  }

  private float[] logits(Gpt2Inference inference) {
    try (Scope _ = new Scope()) {
      return inference.logits(IDS).toFloats();
    }
  }

  private float[] loadedLogits() throws IOException {
    try (Gpt2Folder opened = Gpt2Folder.open(folder);
        Gpt2Inference inference = opened.inference(device, DType.F32)) {
      return logits(inference);
    }
  }

  private float[] wantedLogits() {
    try (Gpt2Inference inference = Gpt2Inference.of(model, DType.F32)) {
      return logits(inference);
    }
  }

  @Test
  void savedAndLoadedIsTheSameModel() throws IOException {
    assertArrayEquals(wantedLogits(), loadedLogits());
    try (Gpt2Folder opened = Gpt2Folder.open(folder.resolve("model.safetensors"));
        Gpt2 loaded = opened.training(device)) {
      assertEquals(CONFIG, opened.config());
      assertEquals(300, opened.tokenizer().vocabularySize());
      Path again = folder.resolve("again");
      Gpt2Folder.save(loaded, again, DType.F32);
      assertEquals(
          -1,
          Files.mismatch(folder.resolve("model.safetensors"), again.resolve("model.safetensors")));
      assertEquals(-1, Files.mismatch(folder.resolve("config.json"), again.resolve("config.json")));
      assertFalse(Files.exists(again.resolve("model.safetensors.new")));
    }
  }

  @Test
  void theConfigNamesTheEndOfTextOfItsTokenizer() throws IOException {
    JsonMapper json = new JsonMapper();
    JsonNode without = json.readTree(folder.resolve("config.json").toFile());
    assertTrue(without.get("bos_token_id").isNull(), without::toString);
    assertTrue(without.get("eos_token_id").isNull(), without::toString);
    Files.writeString(folder.resolve("vocab.json"), "{\"a\": 0, \"<|endoftext|>\": 1, \"b\": 2}");
    Files.writeString(folder.resolve("merges.txt"), "");
    try (Gpt2Folder opened = Gpt2Folder.open(folder)) {
      Gpt2Folder.save(model, folder, DType.F32, opened.tokenizer());
    }
    JsonNode with = json.readTree(folder.resolve("config.json").toFile());
    assertEquals(1, with.get("bos_token_id").asInt());
    assertEquals(1, with.get("eos_token_id").asInt());
    Gpt2Tokenizer larger = Gpt2Tokenizer.first(301);
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Gpt2Folder.save(model, folder, DType.F32, larger));
    assertTrue(e.getMessage().contains("301") && e.getMessage().contains("300"), e.getMessage());
  }

  @Test
  void aLoadThatFailsGivesItsMemoryBack() throws IOException {
    Gpt2Folder closed = Gpt2Folder.open(folder);
    closed.close();
    long live = device.stats().liveBytes();
    assertThrows(IllegalStateException.class, () -> closed.training(device));
    assertEquals(live, device.stats().liveBytes());
  }

  @Test
  void halvesAreReadAndWritten() throws IOException {
    for (DType type : new DType[] {DType.BF16, DType.F16}) {
      Gpt2Folder.save(model, folder, type);
      Map<String, float[]> wanted = new LinkedHashMap<>();
      tensors.forEach(
          (name, x) -> wanted.put(name, Ops.cast(Ops.cast(x, type), DType.F32).toFloats()));
      try (Gpt2Folder opened = Gpt2Folder.open(folder);
          Gpt2 loaded = opened.training(device)) {
        for (Parameter parameter : loaded.parameters().all()) {
          assertArrayEquals(wanted.get(parameter.name()), parameter.tensor().toFloats());
        }
      }
      try (TensorFiles files = TensorFiles.open(folder)) {
        assertEquals(type.name(), files.entry("wte.weight").type().name());
      }
    }
  }

  @Test
  void prefixesMasksAndATiedHeadAreUnderstood() throws IOException {
    Map<String, Tensor> before = new LinkedHashMap<>(tensors);
    tensors.clear();
    before.forEach((name, tensor) -> tensors.put("transformer." + name, tensor));
    tensors.put(
        "transformer.h.0.attn.bias", Tensor.zeros(device, DType.F32, Shape.of(1, 1, 16, 16)));
    tensors.put("transformer.h.1.attn.masked_bias", Tensor.zeros(device, DType.F32, Shape.of()));
    tensors.put("lm_head.weight", before.get("wte.weight"));
    write();
    assertArrayEquals(wantedLogits(), loadedLogits());
    tensors.put("lm_head.weight", Ops.scale(before.get("wte.weight"), 2));
    write();
    var e = assertThrows(IllegalArgumentException.class, () -> Gpt2Folder.open(folder));
    assertTrue(e.getMessage().contains("lm_head.weight differs"), e.getMessage());
  }

  @Test
  void shardsAreReadThroughTheirIndex() throws IOException {
    Map<String, Tensor> first = new LinkedHashMap<>();
    Map<String, Tensor> second = new LinkedHashMap<>();
    StringBuilder index = new StringBuilder("{\"weight_map\": {");
    tensors.forEach(
        (name, tensor) -> {
          boolean one = first.size() <= second.size();
          (one ? first : second).put(name, tensor);
          index.append(index.toString().endsWith("{") ? "" : ", ");
          index.append("\"" + name + "\": \"part-" + (one ? 1 : 2) + ".safetensors\"");
        });
    Files.delete(folder.resolve("model.safetensors"));
    Safetensors.write(folder.resolve("part-1.safetensors"), first, Map.of());
    Safetensors.write(folder.resolve("part-2.safetensors"), second, Map.of());
    Files.writeString(folder.resolve("model.safetensors.index.json"), index + "}}");
    assertArrayEquals(wantedLogits(), loadedLogits());
  }

  @Test
  void allThatIsWrongStandsInOneError() throws IOException {
    tensors.remove("h.1.ln_2.bias");
    tensors.remove("wpe.weight");
    tensors.put("h.2.ln_1.weight", tensors.get("ln_f.weight"));
    tensors.put("h.0.mlp.c_fc.weight", tensors.get("h.0.mlp.c_fc.weight").transpose());
    tensors.put("ln_f.bias", Tensor.ids(device, Shape.of(24), new int[24]));
    write();
    var e = assertThrows(IllegalArgumentException.class, () -> Gpt2Folder.open(folder));
    for (String part :
        new String[] {
          "h.1.ln_2.bias (24) is missing",
          "wpe.weight (16, 24) is missing",
          "h.2.ln_1.weight is surplus",
          "h.0.mlp.c_fc.weight (24, 96) is (96, 24) in the file",
          "ln_f.bias (24) is I32 in the file"
        }) {
      assertTrue(e.getMessage().contains(part), () -> part + " in " + e.getMessage());
    }
  }

  @Test
  void anUnsupportedConfigIsRefused() throws IOException {
    String config = Files.readString(folder.resolve("config.json"));
    String[][] changes = {
      {"\"gelu_new\"", "\"gelu\"", "activation_function"},
      {"\"gpt2\"", "\"gptj\"", "model_type"},
      {"\"n_head\" : 2", "\"n_head\" : \"two\"", "n_head"},
      {"\"n_layer\" : 2", "\"n_inner\" : 7, \"n_layer\" : 2", "n_inner"},
      {"\"vocab_size\" : 300,", "", "vocab_size"},
    };
    for (String[] change : changes) {
      assertTrue(config.contains(change[0]), config);
      Files.writeString(folder.resolve("config.json"), config.replace(change[0], change[1]));
      var e = assertThrows(IllegalArgumentException.class, () -> Gpt2Folder.open(folder));
      assertTrue(e.getMessage().contains(change[2]), e.getMessage());
    }
    Files.writeString(
        folder.resolve("config.json"),
        "{\"vocab_size\":300,\"n_ctx\":16,\"n_embd\":24,\"n_layer\":2,\"n_head\":2}");
    assertArrayEquals(wantedLogits(), loadedLogits());
  }
}
