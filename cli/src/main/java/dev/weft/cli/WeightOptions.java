package dev.weft.cli;

import dev.weft.decoding.Tokenizer;
import dev.weft.gpt2.Gpt2Folder;
import dev.weft.rnn.LanguageModelFolder;
import dev.weft.rnn.ModelKind;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// How models are held: in which precision, where.
final class WeightOptions {
  /// The name of the model that comes with Weft.
  static final String TINY = "tiny";

  @Option(
      names = "--dtype",
      paramLabel = "f32|bf16|f16|int8",
      defaultValue = "f32",
      converter = WeightType.class,
      description =
          "How weights are kept: bf16 halves and int8 quarters memory and time per token, at a small"
              + " loss; f16, on a GPU, is as small as bf16 (default: ${DEFAULT-VALUE}).")
  private DType dtype;

  @Mixin private DeviceOptions devices;

  /// The device, opened.
  Device device() {
    return devices.open();
  }

  /// Opens `tiny` or the model in a folder; the caller closes it.
  OpenModel open(String name) {
    Device device = device();
    if (!device.supports(dtype)) {
      throw Failure.user(
          "--dtype " + dtype + ": the device " + device.name() + " does not have it; use f32");
    }
    requirePacks(device);
    return read(
        name,
        folder -> {
          if (LanguageModelFolder.is(folder)) {
            LanguageModelFolder texts = recurrent(name, folder);
            return new OpenModel(name, texts.inference(device, dtype), texts.vectorizer());
          }
          try (Gpt2Folder gpt2 = gpt2(name, folder)) {
            Tokenizer tokenizer = gpt2.tokenizer();
            return new OpenModel(name, gpt2.inference(device, dtype), tokenizer);
          }
        });
  }

  private void requirePacks(Device device) {
    try {
      device.kernels().packLayout(1, dtype); // makes nothing, and refuses what packing would
    } catch (IllegalArgumentException e) {
      throw Failure.user("--dtype " + dtype + ": " + e.getMessage(), e);
    }
  }

  /// Refuses a name that [#open] would refuse, without reading weights.
  void check(String name) {
    read(
        name,
        folder -> {
          if (LanguageModelFolder.is(folder)) {
            return recurrent(name, folder);
          }
          gpt2(name, folder).close();
          return folder;
        });
  }

  @FunctionalInterface
  private interface Reader<T> {
    T read(Path folder) throws IOException;
  }

  private static <T> T read(String name, Reader<T> reader) {
    try {
      return reader.read(folder(name));
    } catch (IOException e) {
      throw Failure.user("--model " + name + " cannot be read: " + Reasons.of(e), e);
    } catch (IllegalArgumentException e) {
      throw Failure.user("--model " + name + " cannot be used: " + e.getMessage(), e);
    }
  }

  private static Gpt2Folder gpt2(String name, Path path) throws IOException {
    Optional<ModelKind> kind = ModelKind.of(path);
    if (kind.isPresent()) {
      throw Failure.user(
          "--model "
              + name
              + " is a model of another kind ("
              + kind.get()
              + ") and continues no text: `weft classify` and `weft reverse` use such models");
    }
    return Gpt2Folder.open(path);
  }

  private static LanguageModelFolder recurrent(String name, Path path) throws IOException {
    LanguageModelFolder folder = LanguageModelFolder.open(path);
    Require.that(
        folder.vectorizer() != null,
        "--model " + name + " has no vectorizer in its config.json, so no text becomes ids");
    Require.that(
        folder.classes().isEmpty(),
        "--model "
            + name
            + " writes names, not texts: `weft sample surnames --model "
            + name
            + "` draws some");
    return folder;
  }

  private static Path folder(String name) throws IOException {
    if (name.equals(TINY)) {
      return Tiny.folder();
    }
    Path folder = Path.of(name);
    if (!Files.exists(folder.resolve("config.json"))) {
      throw Failure.user(
          "--model "
              + name
              + (Files.isDirectory(folder) ? " has no config.json" : " is no folder")
              + ": `weft download gpt2 --to "
              + name
              + "` brings a model there, `weft train lm --out "
              + name
              + "` trains one");
    }
    return folder;
  }

  /// `f32`, `bf16`, `f16` or `int8`.
  static final class WeightType implements ITypeConverter<DType> {
    @Override
    public DType convert(String text) {
      return switch (text) {
        case "f32" -> DType.F32;
        case "bf16" -> DType.BF16;
        case "f16" -> DType.F16;
        case "int8" -> DType.I8;
        default ->
            throw new TypeConversionException(
                "must be f32, bf16, f16 or int8 but is '" + text + "'");
      };
    }
  }
}
