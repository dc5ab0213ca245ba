package dev.weft.examples.classify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.examples.data.Labelled;
import dev.weft.nn.Noise;
import dev.weft.nn.Place;
import dev.weft.nn.io.ModelFolder;
import dev.weft.rnn.Bucketing;
import dev.weft.rnn.ClassifierConfig;
import dev.weft.rnn.PaddedBatch;
import dev.weft.rnn.SequenceClassifier;
import dev.weft.rnn.Vectorizer;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Scope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A recurrent network that classifies texts, and what it needs to read them.
public final class TextClassifier implements Classifier, AutoCloseable {
  private static final String FILE = "classifier.json";
  private static final JsonMapper JSON = new JsonMapper();
  private static final int ROWS = 64;

  private final Reading reading;
  private final ParameterSet parameters;
  private final SequenceClassifier network;

  /// How texts become ids and labels become names.
  ///
  /// @param task what is told apart, such as `nationality`
  /// @param classes their names by label
  /// @param vectorizer of a text's symbols
  /// @param longest symbols of a text that are read; what follows them is not
  public record Reading(String task, List<String> classes, Vectorizer vectorizer, int longest) {
    public Reading {
      classes = List.copyOf(classes);
    }

    /// Start, the first symbols of a text, end.
    public int[] ids(String text) {
      int[] ids = vectorizer.vectorize(text);
      return ids.length <= longest + 2 ? ids : vectorizer.vectorize(text, longest + 2);
    }

    /// The ids of each text.
    public int[][] ids(List<String> texts) {
      return texts.stream().map(this::ids).toArray(int[][]::new);
    }
  }

  private TextClassifier(Reading reading, ParameterSet parameters, SequenceClassifier network) {
    this.reading = reading;
    this.parameters = parameters;
    this.network = network;
  }

  /// An untrained one.
  ///
  /// @param config whose vocabulary and classes are those of `reading`
  /// @param noise what dropout draws from; its seed draws the first weights too
  public static TextClassifier create(
      Reading reading, ClassifierConfig config, Device device, Noise noise) {
    ParameterSet parameters = new ParameterSet(reading.task, device, DType.F32);
    SequenceClassifier network = new SequenceClassifier(Place.in(parameters), config, noise);
    parameters.allocate(noise.seed());
    return new TextClassifier(reading, parameters, network);
  }

  /// Reads what [#save] wrote.
  ///
  /// @throws IllegalArgumentException saying what is wrong with the files
  public static TextClassifier load(Path folder, Device device) throws IOException {
    Reading reading = reading(folder.resolve(FILE));
    ParameterSet parameters = new ParameterSet(reading.task, device, DType.F32);
    try {
      // Nothing is dropped when it classifies; the configuration may still ask for noise.
      var network = SequenceClassifier.load(folder, parameters, new Noise(0));
      if (network.config().classes() != reading.classes.size()) {
        throw new IllegalArgumentException(
            folder
                + ": the network has "
                + network.config().classes()
                + " classes but "
                + FILE
                + " names "
                + reading.classes.size());
      }
      network.eval();
      return new TextClassifier(reading, parameters, network);
    } catch (IOException | RuntimeException e) {
      parameters.close();
      throw e;
    }
  }

  private static Reading reading(Path file) throws IOException {
    JsonNode root;
    try {
      root = JSON.readTree(Files.readString(file));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(file + ": no valid JSON: " + e.getOriginalMessage(), e);
    }
    List<String> classes = new ArrayList<>();
    root.path("classes").forEach(name -> classes.add(name.asText()));
    int longest = root.path("longest").asInt();
    if (classes.size() < 2 || longest < 1) {
      throw new IllegalArgumentException(
          file + ": it must have a list of classes, 2 or more, and longest, 1 or more");
    }
    Vectorizer vectorizer = Vectorizer.fromJson(root.path("vectorizer").toString());
    return new Reading(root.path("task").asText(), classes, vectorizer, longest);
  }

  /// Writes the network and how it reads into a folder.
  public void save(Path folder) throws IOException {
    network.save(folder);
    ObjectNode root = JSON.createObjectNode();
    root.put("task", reading.task);
    reading.classes.forEach(root.putArray("classes")::add);
    root.put("longest", reading.longest);
    root.set("vectorizer", JSON.readTree(reading.vectorizer.toJson()));
    String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    ModelFolder.write(folder.resolve(FILE), text.getBytes(StandardCharsets.UTF_8));
  }

  /// The probability of each class, for each text. The others have no influence on it.
  public float[][] probabilities(List<String> texts) {
    int[][] ids = reading.ids(texts);
    float[][] found = new float[ids.length][];
    for (int[] examples : Bucketing.of(ids, ROWS, 0).epoch(0).batches()) {
      try (Scope _ = Scope.noGrad()) {
        PaddedBatch batch = PaddedBatch.of(ids, examples);
        float[] rows = network.forward(batch).logits().probabilities().values().toFloats();
        int classes = reading.classes.size();
        for (int r = 0; r < examples.length; r++) {
          found[examples[r]] = Arrays.copyOfRange(rows, r * classes, (r + 1) * classes);
        }
      }
    }
    return found;
  }

  @Override
  public int classify(String text) {
    return likeliest(probabilities(List.of(text))[0]);
  }

  @Override
  public Confusion confusion(List<String> classes, List<Labelled> examples) {
    int[] predicted =
        Arrays.stream(probabilities(Labelled.texts(examples)))
            .mapToInt(TextClassifier::likeliest)
            .toArray();
    return Confusion.of(classes, Labelled.labels(examples), predicted);
  }

  private static int likeliest(float... probabilities) {
    int best = 0;
    for (int label = 1; label < probabilities.length; label++) {
      best = probabilities[label] > probabilities[best] ? label : best;
    }
    return best;
  }

  /// How it reads.
  public Reading reading() {
    return reading;
  }

  /// The network, to train it.
  public SequenceClassifier network() {
    return network;
  }

  /// The network's parameters.
  public ParameterSet parameters() {
    return parameters;
  }

  @Override
  public void close() {
    parameters.close();
  }
}
