package dev.weft.rnn;

import dev.weft.nn.io.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/// What this module saves; `config.json` of a folder says it under `kind`.
public enum ModelKind {
  /// A [SequenceClassifier].
  CLASSIFIER("sequence classifier"),
  /// An [RnnLanguageModel], of texts or of names.
  LANGUAGE_MODEL("recurrent language model"),
  /// An [EncoderDecoder].
  ENCODER_DECODER("encoder-decoder");

  private final String text;

  ModelKind(String text) {
    this.text = text;
  }

  /// The kind of model that a folder says it holds; empty also where it says nothing that can be
  /// read.
  public static Optional<ModelKind> of(Path folder) throws IOException {
    if (!Files.isRegularFile(folder.resolve(ModelFolder.CONFIG))) {
      return Optional.empty();
    }
    try {
      String said = Json.parse("config", ModelFolder.config(folder)).path("kind").textValue();
      return Arrays.stream(values()).filter(kind -> kind.text.equals(said)).findFirst();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /// As in `config.json`.
  @Override
  public String toString() {
    return text;
  }
}
