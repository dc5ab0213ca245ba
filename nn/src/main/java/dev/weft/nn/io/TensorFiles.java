package dev.weft.nn.io;

import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Named tensors in one safetensors file or in several. The files are mapped: opening reads the
/// headers only, and a tensor is read when it is asked for. Do not change or cut the files while
/// they are open.
public sealed interface TensorFiles extends AutoCloseable permits Safetensors, ShardedTensors {
  /// Opens a `.safetensors` file, a `.safetensors.index.json`, or a folder with a
  /// `model.safetensors` or a `model.safetensors.index.json` in it.
  ///
  /// @throws MalformedFileException when a file is not what it should be
  static TensorFiles open(Path path) throws IOException {
    Path file = path;
    if (Files.isDirectory(path)) {
      Path single = path.resolve("model.safetensors");
      Path index = path.resolve("model.safetensors.index.json");
      if (!Files.exists(single) && !Files.exists(index)) {
        throw new IOException(
            path + ": there is neither model.safetensors nor model.safetensors.index.json in it");
      }
      file = Files.exists(single) ? single : index;
    }
    return file.toString().endsWith(".json") ? ShardedTensors.open(file) : Safetensors.open(file);
  }

  /// What there is, by name, in the order of the data.
  Map<String, TensorEntry> entries();

  /// The texts that the writer left in the header.
  Map<String, String> metadata();

  /// The bytes of a tensor, little-endian and row-major, read-only; valid until this is closed.
  MemorySegment bytes(String name);

  /// What error texts call it: the path.
  String source();

  /// Closes the files; segments of them can no longer be read.
  @Override
  void close();

  /// The entry of this name; throws when there is none.
  default TensorEntry entry(String name) {
    TensorEntry entry = entries().get(name);
    if (entry == null) {
      throw new IllegalArgumentException(
          source() + ": there is no tensor " + name + " among the " + entries().size());
    }
    return entry;
  }

  /// Reads a tensor into `target`, which has its shape, converting the element type: floating
  /// types to F32, F64, BF16 and F16 (rounding to nearest even), whole numbers to I32 (throwing
  /// where one does not fit), I8 and BOOL to themselves. When `target` is a parameter, call
  /// [ParameterSet#changed()] afterwards.
  default void load(String name, Tensor target) {
    Conversion.load(this, entry(name), target);
  }

  /// The values of a tensor of a floating type, rounded to float.
  default float[] floats(String name) {
    return Conversion.floats(this, entry(name));
  }

  /// Reads all parameters and buffers of an allocated set; names and shapes must be those of the
  /// file, no fewer and no more.
  default void loadInto(ParameterSet parameters) {
    loadInto(WeightFiles.tensors(parameters));
    parameters.changed();
  }

  /// Reads everything into the tensors of the same names. Nothing is changed unless names and
  /// shapes are those of the file, no fewer and no more.
  default void loadInto(Map<String, Tensor> targets) {
    requireSame(targets);
    for (Map.Entry<String, Tensor> target : targets.entrySet()) {
      load(target.getKey(), target.getValue());
    }
  }

  /// Throws unless names and shapes are those of `targets`, no fewer and no more.
  default void requireSame(Map<String, Tensor> targets) {
    Set<String> missing = new TreeSet<>(targets.keySet());
    Set<String> unknown = new TreeSet<>(entries().keySet());
    missing.removeAll(entries().keySet());
    unknown.removeAll(targets.keySet());
    if (!missing.isEmpty() || !unknown.isEmpty()) {
      throw new IllegalArgumentException(
          source()
              + ": holds other tensors than are wanted: missing "
              + missing
              + ", unknown "
              + unknown);
    }
    for (Map.Entry<String, Tensor> target : targets.entrySet()) {
      Conversion.requireShape(this, entry(target.getKey()), target.getValue());
    }
  }
}
