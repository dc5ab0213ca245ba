package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.gpt2.Gpt2;
import dev.weft.gpt2.Gpt2Config;
import dev.weft.gpt2.Gpt2Folder;
import dev.weft.gpt2.Gpt2Tokenizer;
import dev.weft.tensor.DType;
import dev.weft.tensor.Devices;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A very small GPT-2 with random weights, in a folder in Hugging Face's layout, made once.
public final class TinyModel {
  /// Most tokens that it reads.
  public static final int CONTEXT = 256;

  private static final Gpt2Config CONFIG = new Gpt2Config(500, CONTEXT, 48, 2, 2, 1e-5);
  private static final Gpt2Tokenizer TOKENIZER = Gpt2Tokenizer.first(CONFIG.vocabulary());
  private static final Path FOLDER = save();

  private TinyModel() {}

  /// `--model FOLDER`.
  public static String[] options() {
    return new String[] {"--model", FOLDER.toString()};
  }

  /// How many tokens a text has.
  static int tokens(String text) {
    return TOKENIZER.encode(text).length;
  }

  /// The ids of a text, as JSON.
  static JsonNode ids(String text) {
    return new ObjectMapper().valueToTree(TOKENIZER.encode(text));
  }

  private static Path save() {
    try (Gpt2 model = Gpt2.create(CONFIG, Devices.reference(), DType.F32, 7)) {
      Path folder = Files.createTempDirectory("weft-random");
      folder.toFile().deleteOnExit(); // last, for deletion goes backwards
      Gpt2Folder.save(model, folder, DType.F32);
      for (String name : new String[] {"config.json", "model.safetensors"}) {
        folder.resolve(name).toFile().deleteOnExit();
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
