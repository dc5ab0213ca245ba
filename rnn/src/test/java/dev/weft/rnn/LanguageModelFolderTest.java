package dev.weft.rnn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.nn.Noise;
import dev.weft.nn.OnDevices;
import dev.weft.nn.io.ModelFolder;
import dev.weft.nn.io.Safetensors;
import dev.weft.tensor.DType;
import dev.weft.tensor.Gating;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Language models on disk.
class LanguageModelFolderTest extends OnDevices {
  private static final Vectorizer LETTERS =
      new Vectorizer(Level.CHARACTERS, Vocabulary.of(List.of("a", "b", "c", "d", "e", "f", "g")));

  @TempDir Path folder;

  private SmallLanguageModel open(LanguageModelConfig config) {
    return new SmallLanguageModel(device, config, DType.F32);
  }

  @Test
  void aSavedModelGivesTheSameBitsInBothForms() throws IOException {
    LanguageModelConfig config =
        SmallLanguageModel.config(Gating.LSTM).withClasses(2).withDropout(0.3);
    LanguageModelConfig dry = config.withDropout(0);
    int[][] prompt = {{2, 5, 6}};
    try (SmallLanguageModel small = open(dry);
        Scope _ = new Scope()) {
      LanguageModelFolder.save(folder, small.model, LETTERS, List.of("Irish", "Italian"));
      float[] wanted = small.inference.given(1).logits(prompt).toFloats();
      LanguageModelFolder opened = LanguageModelFolder.open(folder);
      assertEquals(dry, opened.config());
      assertEquals(LETTERS, opened.vectorizer());
      assertEquals(1, opened.classOf("Italian"));
      try (RnnInference inference = opened.inference(device, DType.F32)) {
        assertArrayEquals(wanted, inference.given(1).logits(prompt).toFloats());
      }
      try (ParameterSet set = parameters()) {
        RnnLanguageModel model = opened.training(set, new Noise(1));
        assertArrayEquals(
            small.parameters.values().toFloats(), model.parameters().values().toFloats());
      }
      var error = assertThrows(IllegalArgumentException.class, () -> opened.classOf("Greek"));
      assertTrue(error.getMessage().contains("no class Greek among [Irish, Italian]"));
    }
  }

  @Test
  @DisplayName("S0-32: the matrix of a tied head is saved once")
  void aTiedMatrixIsSavedOnce() throws IOException {
    LanguageModelConfig config =
        LanguageModelConfig.of(11, RnnConfig.of(Gating.GRU, 6, 6)).withTied(true);
    try (SmallLanguageModel small = open(config)) {
      LanguageModelFolder.save(folder, small.model, null, List.of());
    }
    assertNull(LanguageModelFolder.open(folder).vectorizer());
    try (Safetensors file = Safetensors.open(folder.resolve(ModelFolder.WEIGHTS))) {
      assertTrue(file.entries().containsKey("embedding.weight"));
      assertFalse(file.entries().containsKey("head.weight"));
    }
  }

  private String refusal(String config) throws IOException {
    Files.writeString(folder.resolve(ModelFolder.CONFIG), config);
    var error =
        assertThrows(IllegalArgumentException.class, () -> LanguageModelFolder.open(folder));
    assertTrue(error.getMessage().contains(folder.toString()), error.getMessage());
    assertFalse(error.getMessage().contains("\n"), error.getMessage());
    return error.getMessage();
  }

  @Test
  void bytesThatAreNoTextAreRefusedInOneSentence() throws IOException {
    Files.write(folder.resolve(ModelFolder.CONFIG), new byte[] {'{', -1, -2, '}'});
    assertFalse(LanguageModelFolder.is(folder));
    var error =
        assertThrows(IllegalArgumentException.class, () -> LanguageModelFolder.open(folder));
    assertTrue(error.getMessage().contains("config.json: no valid JSON"), error.getMessage());
  }

  @Test
  void malformedFoldersAreRefusedInOneSentence() throws IOException {
    assertFalse(LanguageModelFolder.is(folder));
    var none = assertThrows(IllegalArgumentException.class, () -> LanguageModelFolder.open(folder));
    assertTrue(none.getMessage().contains("there is no config.json in it"), none.getMessage());
    try (SmallLanguageModel small = open(SmallLanguageModel.config(Gating.GRU))) {
      LanguageModelFolder.save(folder, small.model, LETTERS, List.of());
    }
    assertTrue(LanguageModelFolder.is(folder));
    assertEquals(Optional.of(ModelKind.LANGUAGE_MODEL), ModelKind.of(folder));
    String good = ModelFolder.config(folder);
    assertTrue(refusal("{").endsWith("expected close marker for Object"));
    assertFalse(LanguageModelFolder.is(folder));
    assertTrue(refusal("{\"model_type\":\"gpt2\"}").contains("kind must be"));
    assertFalse(LanguageModelFolder.is(folder));
    assertTrue(refusal(good.replace("\"tied\":false,", "")).endsWith("property 'tied'"));
    assertTrue(refusal(good.replace("\"vocabulary\":11", "\"vocabulary\":12")).contains("11 ids"));
    assertTrue(refusal(good.replace("\"layers\":2", "\"layers\":0")).contains("at least 1"));
    assertTrue(refusal(good.replace("\"GRU\"", "\"MGU\"")).contains("MGU"));
    assertTrue(refusal(good.replace("\"classes\":[]", "\"classes\":7")).contains("list of names"));
    assertTrue(
        refusal(good.replace("\"classes\":[]", "\"classes\":[\"a\"]"))
            .contains("names of classes"));
    assertTrue(refusal(good.replace("\"mask\":0", "\"mask\":9")).contains("mask must have id 0"));
    String model = good.substring(good.indexOf("{\"vocabulary\""), good.indexOf(",\"classes\":["));
    assertTrue(refusal(good.replace(model, "null")).contains("must be an object but is null"));
    assertTrue(
        refusal(good.replace("\"model\":" + model + ",", ""))
            .contains("must be an object but is missing"));
    for (String wrong : new String[] {"9.5", "\"9\"", "\"\"", "true", "null", "99999999999"}) {
      refusal(good.replace("\"hidden\":9", "\"hidden\":" + wrong));
    }
    refusal(good.replace("\"gating\":\"GRU\"", "\"gating\":3"));
    refusal(good.replace("\"tied\":false", "\"tied\":0"));
    // A model of another size than its weights.
    Files.writeString(
        folder.resolve(ModelFolder.CONFIG), good.replace("\"hidden\":9", "\"hidden\":8"));
    LanguageModelFolder opened = LanguageModelFolder.open(folder);
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> opened.inference(device, DType.F32).close());
    assertTrue(error.getMessage().contains("model.safetensors"), error.getMessage());
  }
}
