package dev.weft.gpt2;

import dev.weft.nn.io.ModelFolder;
import dev.weft.nn.io.Safetensors;
import dev.weft.nn.io.TensorEntry;
import dev.weft.nn.io.TensorFiles;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// A GPT-2 as Hugging Face lays it out: `config.json`, `model.safetensors` (or an index and its
/// shards), and perhaps `vocab.json` and `merges.txt`. The weights are mapped, not read, until a
/// model is made of them.
///
/// Tensor names may begin with `transformer.`; masks (`h.N.attn.bias`) are passed over; a
/// `lm_head.weight` must be the token embedding again. F32, F16, BF16 and F64 are read.
public final class Gpt2Folder implements AutoCloseable {
  private static final String PREFIX = "transformer.";
  private static final String HEAD = "lm_head.weight";
  private static final String EMBEDDING = "wte.weight";
  private static final String MASK = "h\\.\\d+\\.attn\\.(masked_)?bias";

  private final Path folder;
  private final Gpt2Config config;
  private final TensorFiles files;
  private final Map<String, String> stored = new LinkedHashMap<>(); // our name → the file's

  private Gpt2Folder(Path folder, Gpt2Config config, TensorFiles files) {
    this.folder = folder;
    this.config = config;
    this.files = files;
  }

  /// Opens a folder, or a safetensors file or index beside its `config.json`.
  ///
  /// @throws IllegalArgumentException naming every tensor that is missing, surplus or of another
  ///     shape, or what in the config is not supported
  public static Gpt2Folder open(Path path) throws IOException {
    Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
    Gpt2Config config = Gpt2Json.read(folder.resolve(ModelFolder.CONFIG));
    Gpt2Folder opened = new Gpt2Folder(folder, config, TensorFiles.open(path));
    try {
      opened.check();
      return opened;
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private void check() {
    List<String> wrong = new ArrayList<>();
    for (String name : files.entries().keySet()) {
      String ours = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
      if (!ours.matches(MASK) && stored.putIfAbsent(ours, name) != null) {
        wrong.add(ours + " stands there twice");
      }
    }
    String head = stored.remove(HEAD);
    TreeSet<String> surplus = new TreeSet<>(stored.keySet());
    try (Gpt2 model = Gpt2.declare(config, Devices.reference(), DType.F32)) {
      for (Parameter parameter : model.parameters().all()) {
        if (!surplus.remove(parameter.name())) {
          wrong.add(parameter + " is missing");
        } else {
          checkEntry(parameter, files.entry(stored.get(parameter.name())), wrong);
        }
      }
    }
    surplus.forEach(name -> wrong.add(name + " is surplus"));
    if (head != null && stored.containsKey(EMBEDDING) && !sameBytes(head, stored.get(EMBEDDING))) {
      wrong.add(HEAD + " differs from " + EMBEDDING + ", and a head of its own is not supported");
    }
    if (!wrong.isEmpty()) {
      throw new IllegalArgumentException(
          files.source() + ": not the weights of " + config + ": " + String.join("; ", wrong));
    }
  }

  private static void checkEntry(Parameter parameter, TensorEntry entry, List<String> wrong) {
    if (!entry.shape().equals(parameter.shape())) {
      wrong.add(parameter + " is " + entry.shape() + " in the file");
    }
    switch (entry.type()) {
      case F32, F16, BF16, F64 -> {}
      case I64, I32, I8, U8, BOOL -> wrong.add(parameter + " is " + entry.type() + " in the file");
    }
  }

  private boolean sameBytes(String a, String b) {
    return files.entry(a).type() == files.entry(b).type()
        && files.bytes(a).mismatch(files.bytes(b)) < 0;
  }

  /// The shape of the model.
  public Gpt2Config config() {
    return config;
  }

  /// The folder's own tokenizer where it has one, else the published one cut to the vocabulary.
  public Gpt2Tokenizer tokenizer() throws IOException {
    return Gpt2Tokenizer.of(folder, config.vocabulary());
  }

  /// The model for decoding; its matrices are packed one after another, straight from the file.
  ///
  /// @param weightType of the matrices: F32, BF16, I8 or, on a GPU, F16
  public Gpt2Inference inference(Device device, DType weightType) {
    return new Gpt2Inference(
        config, device, weightType, (name, shape) -> load(device, name, shape));
  }

  private Tensor load(Device device, String name, Shape shape) {
    Tensor tensor = Tensor.empty(device, DType.F32, shape);
    files.load(stored.get(name), tensor);
    return tensor;
  }

  /// The model for fine-tuning.
  public Gpt2 training(Device device) {
    Gpt2 model = Gpt2.declare(config, device, DType.F32);
    boolean complete = false;
    try {
      model.parameters().allocate();
      for (Parameter parameter : model.parameters().all()) {
        files.load(stored.get(parameter.name()), parameter.tensor());
      }
      model.parameters().changed();
      complete = true;
      return model;
    } finally {
      if (!complete) {
        model.close();
      }
    }
  }

  /// Writes a model as a folder that this class, and Hugging Face's, reads. Files that are there
  /// are replaced, each at once. The config doesn't say which id ends a text.
  ///
  /// @param storedType of all tensors: F32 keeps every bit, BF16 and F16 round
  public static void save(Gpt2 model, Path folder, DType storedType) throws IOException {
    write(model, folder, storedType, null);
  }

  /// The same for a model whose ids are those of `tokenizer`: the config says that its
  /// `<|endoftext|>` begins and ends a text. The tokenizer's files are not written; see
  /// [Gpt2Tokenizer#copyFiles].
  ///
  /// @throws IllegalArgumentException when the tokenizer has more ids than the model
  public static void save(Gpt2 model, Path folder, DType storedType, Gpt2Tokenizer tokenizer)
      throws IOException {
    if (tokenizer.vocabularySize() > model.config().vocabulary()) {
      throw new IllegalArgumentException(
          "gpt2: the tokenizer has "
              + tokenizer.vocabularySize()
              + " ids but the model's vocabulary has "
              + model.config().vocabulary());
    }
    write(model, folder, storedType, tokenizer.endOfText());
  }

  private static void write(Gpt2 model, Path folder, DType storedType, Integer endOfText)
      throws IOException {
    Files.createDirectories(folder);
    Path weights = folder.resolve(ModelFolder.WEIGHTS);
    try (Scope _ = Scope.noGrad()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (Parameter parameter : model.parameters().all()) {
        Tensor values = parameter.tensor();
        tensors.put(
            parameter.name(), values.dtype() == storedType ? values : Ops.cast(values, storedType));
      }
      Safetensors.write(weights, tensors, Map.of("format", "pt"));
    }
    ModelFolder.write(
        folder.resolve(ModelFolder.CONFIG), Gpt2Json.write(model.config(), endOfText));
  }

  /// Closes the files; models that were made of them live on.
  @Override
  public void close() {
    files.close();
  }
}
