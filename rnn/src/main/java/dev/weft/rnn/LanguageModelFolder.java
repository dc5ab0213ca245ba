package dev.weft.rnn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.nn.Noise;
import dev.weft.nn.Place;
import dev.weft.nn.io.ModelFolder;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.ParameterSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A saved recurrent language model: `config.json` has its kind, its shape, the names of its
/// classes and its vectorizer, `model.safetensors` the weights. Another tokenizer's files stand
/// beside them.
///
/// @param folder where it is
/// @param config the shape of the model
/// @param vectorizer from text to ids, or null where the ids are another tokenizer's
/// @param classes the names of the classes, by number; empty where there are none
public record LanguageModelFolder(
    Path folder, LanguageModelConfig config, Vectorizer vectorizer, List<String> classes) {
  /// Checks that vectorizer and class names fit the model.
  public LanguageModelFolder {
    classes = List.copyOf(classes);
    if (vectorizer != null && vectorizer.vocabularySize() != config.vocabulary()) {
      throw new IllegalArgumentException(
          folder
              + ": the vectorizer has "
              + vectorizer.vocabularySize()
              + " ids but the model "
              + config.vocabulary());
    }
    if (classes.size() != config.classes()) {
      throw new IllegalArgumentException(
          folder
              + ": there are "
              + classes.size()
              + " names of classes but the model has "
              + config.classes());
    }
  }

  /// Whether a folder says that it holds such a model; false also where it says nothing that can be
  /// read.
  public static boolean is(Path folder) throws IOException {
    return ModelKind.of(folder).equals(Optional.of(ModelKind.LANGUAGE_MODEL));
  }

  /// Writes a model.
  ///
  /// @param vectorizer or null
  /// @param classes names, one for each class of the model
  public static void save(
      Path folder, RnnLanguageModel model, Vectorizer vectorizer, List<String> classes)
      throws IOException {
    new LanguageModelFolder(folder, model.config(), vectorizer, classes).write(model);
  }

  private void write(RnnLanguageModel model) throws IOException {
    ObjectNode root = Json.config(ModelKind.LANGUAGE_MODEL, config);
    ArrayNode names = root.putArray("classes");
    classes.forEach(names::add);
    if (vectorizer != null) {
      root.set("vectorizer", Json.parse("vectorizer", vectorizer.toJson()));
    }
    ModelFolder.save(folder, Json.text(root), model.parameters());
  }

  /// Reads what [#save] wrote, but for the weights.
  ///
  /// @throws IllegalArgumentException saying what is wrong with the folder
  public static LanguageModelFolder open(Path folder) throws IOException {
    String what = folder.resolve(ModelFolder.CONFIG).toString();
    JsonNode root = Json.config(folder, ModelKind.LANGUAGE_MODEL);
    LanguageModelConfig config = Json.read(what, root.path("model"), LanguageModelConfig.class);
    return new LanguageModelFolder(
        folder,
        config,
        vectorizer(what, root.path("vectorizer")),
        names(what, root.path("classes")));
  }

  private static Vectorizer vectorizer(String what, JsonNode node) {
    if (node.isMissingNode()) {
      return null;
    }
    try {
      return Vectorizer.fromJson(Json.text(node));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(what + ": " + e.getMessage(), e);
    }
  }

  private static List<String> names(String what, JsonNode node) {
    List<String> names = new ArrayList<>();
    for (JsonNode name : node) {
      names.add(name.textValue());
    }
    if (!node.isArray() || names.contains(null)) {
      throw new IllegalArgumentException(
          what + ": classes must be a list of names but " + Json.shown(node));
    }
    return names;
  }

  /// The number of a class.
  ///
  /// @throws IllegalArgumentException listing the names when there is none like it
  public int classOf(String name) {
    int number = classes.indexOf(name);
    if (number < 0) {
      throw new IllegalArgumentException(
          folder + ": there is no class " + name + " among " + classes);
    }
    return number;
  }

  /// The model for decoding, which holds its parameters.
  ///
  /// @param weightType of the matrices: F32, BF16, I8 or, on a GPU, F16
  public RnnInference inference(Device device, DType weightType) throws IOException {
    ParameterSet set = new ParameterSet("rnn", device, DType.F32);
    boolean complete = false;
    try {
      RnnInference inference = new RnnInference(training(set, new Noise(0)), weightType, set);
      complete = true;
      return inference;
    } finally {
      if (!complete) {
        set.close();
      }
    }
  }

  /// The model for more training, declared in an empty set, which the caller closes.
  ///
  /// @param noise what dropout draws from; may be null where nothing is dropped
  public RnnLanguageModel training(ParameterSet set, Noise noise) throws IOException {
    RnnLanguageModel model = new RnnLanguageModel(Place.in(set), config, noise);
    set.allocate();
    ModelFolder.load(folder, set);
    return model;
  }
}
