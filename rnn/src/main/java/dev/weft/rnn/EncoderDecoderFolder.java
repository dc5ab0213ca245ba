package dev.weft.rnn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.nn.Noise;
import dev.weft.nn.Place;
import dev.weft.nn.io.ModelFolder;
import dev.weft.tensor.ParameterSet;
import java.io.IOException;
import java.nio.file.Path;

/// A saved [EncoderDecoder]: `config.json` has its kind, its shape and both vectorizers,
/// `model.safetensors` the weights.
///
/// @param folder where it is
/// @param config the shape of the model
/// @param source from a text to the ids that the encoder reads
/// @param target from what the decoder writes to a text
public record EncoderDecoderFolder(
    Path folder, EncoderDecoderConfig config, Vectorizer source, Vectorizer target) {
  /// Checks that the vectorizers fit the model.
  public EncoderDecoderFolder {
    if (source.vocabularySize() != config.source() || target.vocabularySize() != config.target()) {
      throw new IllegalArgumentException(
          folder
              + ": the vectorizers have "
              + source.vocabularySize()
              + " and "
              + target.vocabularySize()
              + " ids but the model "
              + config.source()
              + " and "
              + config.target());
    }
  }

  /// Writes a model.
  public static void save(Path folder, EncoderDecoder model, Vectorizer source, Vectorizer target)
      throws IOException {
    new EncoderDecoderFolder(folder, model.config(), source, target).write(model);
  }

  private void write(EncoderDecoder model) throws IOException {
    ObjectNode root = Json.config(ModelKind.ENCODER_DECODER, config);
    root.set("source", Json.parse("source", source.toJson()));
    root.set("target", Json.parse("target", target.toJson()));
    ModelFolder.save(folder, Json.text(root), model.parameters());
  }

  /// Reads what [#save] wrote, but for the weights.
  ///
  /// @throws IllegalArgumentException saying what is wrong with the folder
  public static EncoderDecoderFolder open(Path folder) throws IOException {
    String what = folder.resolve(ModelFolder.CONFIG).toString();
    JsonNode root = Json.config(folder, ModelKind.ENCODER_DECODER);
    EncoderDecoderConfig config = Json.read(what, root.path("model"), EncoderDecoderConfig.class);
    return new EncoderDecoderFolder(
        folder, config, vectorizer(what, root, "source"), vectorizer(what, root, "target"));
  }

  private static Vectorizer vectorizer(String what, JsonNode root, String name) {
    try {
      return Vectorizer.fromJson(Json.text(root.path(name)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(what + ": " + name + ": " + e.getMessage(), e);
    }
  }

  /// The model, in evaluation mode, declared in an empty set, which the caller closes.
  public EncoderDecoder model(ParameterSet set) throws IOException {
    EncoderDecoder model = new EncoderDecoder(Place.in(set), config, new Noise(0));
    set.allocate();
    ModelFolder.load(folder, set);
    model.eval();
    return model;
  }
}
