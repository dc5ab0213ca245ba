package dev.weft.nn.io;

import dev.weft.tensor.ParameterSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// A saved model as a folder: `config.json` says what it is, `model.safetensors` has its weights;
/// tokenizers and the like stand beside them. Files that are there are replaced, each at once.
public final class ModelFolder {
  /// The file that says what model it is.
  public static final String CONFIG = "config.json";

  /// The file of all parameters and buffers.
  public static final String WEIGHTS = "model.safetensors";

  private ModelFolder() {}

  /// Writes a model; makes the folder where there is none.
  public static void save(Path folder, String config, ParameterSet parameters) throws IOException {
    Files.createDirectories(folder);
    WeightFiles.write(folder.resolve(WEIGHTS), parameters);
    write(folder.resolve(CONFIG), config.getBytes(StandardCharsets.UTF_8));
  }

  /// The text of `config.json`.
  ///
  /// @throws IllegalArgumentException when it is no text
  public static String config(Path folder) throws IOException {
    Path file = folder.resolve(CONFIG);
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(file + ": no valid JSON: it is not UTF-8", e);
    }
  }

  /// Reads the weights into an allocated set, whose names and shapes are those of the file.
  public static void load(Path folder, ParameterSet parameters) throws IOException {
    try (TensorFiles files = TensorFiles.open(folder)) {
      files.loadInto(parameters);
    }
  }

  /// Replaces a small file at once, and makes sure that it is on the disk: a reader sees the old
  /// bytes or the new ones, and a write that fails leaves the old.
  public static void write(Path file, byte[] bytes) throws IOException {
    write(Disk.REAL, file, bytes);
  }

  static void write(Disk disk, Path file, byte[] bytes) throws IOException {
    disk.replace(file, sink -> sink.write(ByteBuffer.wrap(bytes)));
  }
}
