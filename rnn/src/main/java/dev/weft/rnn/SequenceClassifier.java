package dev.weft.rnn;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.nn.Dropout;
import dev.weft.nn.Embedding;
import dev.weft.nn.Initializers;
import dev.weft.nn.Layer;
import dev.weft.nn.Linear;
import dev.weft.nn.Noise;
import dev.weft.nn.Place;
import dev.weft.nn.io.ModelFolder;
import dev.weft.tensor.DType;
import dev.weft.tensor.Ops;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/// Says which class a sequence is of: an embedding of its ids (or its float vectors as they are),
/// recurrent layers, a pooling of their states, a linear head. Parameters: `embedding.weight`,
/// `rnn.…` as [Rnn] says, `head.weight`, `head.bias`.
///
/// What stands behind a row's length changes nothing, whatever it is.
public final class SequenceClassifier extends Layer {
  private final Place place;
  private final ClassifierConfig config;
  private final Embedding embedding; // or null
  private final Rnn rnn;
  private final Dropout dropout;
  private final Linear head;

  /// What a batch of B rows and T steps gives.
  ///
  /// @param logits of the classes
  /// @param embedded (B, T, D): what the recurrent layers read
  /// @param states (B, T, directions · H): what they made of it, each word in its context
  /// @param last the state of every layer and direction when it has read the row
  public record Result(Logits logits, Tensor embedded, Tensor states, States last) {}

  /// Declares the parameters at `place`; `noise` may be null where nothing is dropped.
  public SequenceClassifier(Place place, ClassifierConfig config, Noise noise) {
    super(place.path());
    this.place = place;
    this.config = config;
    embedding = config.vocabulary() == 0 ? null : part(embedding(place.at("embedding"), config));
    rnn = part(new Rnn(place.at("rnn"), config.rnn(), noise));
    dropout = part(new Dropout(place.at("dropout").path(), config.dropout(), noise));
    head = part(new Linear(place.at("head"), config.rnn().output(), config.classes()));
    if (config.dropout() > 0 && noise == null) {
      throw new IllegalArgumentException(
          "classifier: dropout " + config.dropout() + " needs noise to draw from");
    }
  }

  private static Embedding embedding(Place place, ClassifierConfig config) {
    int size = config.vocabulary();
    int dim = config.rnn().input();
    return config.frozen()
        ? Embedding.frozen(place, size, dim, Initializers.normal(0, 1))
        : new Embedding(place, size, dim);
  }

  /// Classifies sequences of ids.
  public Result forward(PaddedBatch batch) {
    return forward(batch.ids(), batch.lengths());
  }

  /// Classifies rows of ids.
  ///
  /// @param rows whose first `lengths[b]` ids count; the rest may be missing, or anything
  public Result forward(int[][] rows, int... lengths) {
    if (embedding == null) {
      throw new IllegalArgumentException("classifier: it reads float vectors, not ids");
    }
    requireLengths(rows.length, lengths);
    int steps = Arrays.stream(rows).mapToInt(row -> row.length).max().orElse(0);
    int[] ids = new int[Math.multiplyExact(steps, rows.length)]; // (T, B); any id will do as filler
    for (int b = 0; b < rows.length; b++) {
      if (lengths[b] > rows[b].length) {
        throw new IllegalArgumentException(
            "classifier: row "
                + b
                + " has "
                + rows[b].length
                + " ids, fewer than its length "
                + lengths[b]);
      }
      for (int t = 0; t < lengths[b]; t++) {
        ids[t * rows.length + b] = rows[b][t];
      }
    }
    ParameterSet set = place.set();
    Tensor embedded =
        embedding.forward(Tensor.ids(set.device(), Shape.of(steps, rows.length), ids));
    return classify(embedded, lengths);
  }

  /// Classifies ids I32 (B, T), or float vectors (B, T, D) where there is no embedding.
  ///
  /// @param lengths of the rows; none given: T
  public Result forward(Tensor x, int... lengths) {
    int[] known = lengths;
    if (lengths.length == 0) {
      known = new int[x.dim(0)];
      Arrays.fill(known, x.dim(1));
    }
    if (x.dtype() == DType.I32) {
      x.shape().requireRank(2, "classifier", "the ids");
      int[] ids = x.toInts();
      int[][] rows = new int[x.dim(0)][];
      for (int b = 0; b < rows.length; b++) {
        rows[b] = Arrays.copyOfRange(ids, b * x.dim(1), (b + 1) * x.dim(1));
      }
      return forward(rows, known);
    }
    if (embedding != null) {
      throw new IllegalArgumentException("classifier: it reads ids I32 (B, T), not " + x);
    }
    x.shape().requireRank(3, "classifier", "x");
    requireLengths(x.dim(0), known);
    return classify(Ops.transpose(x, 0, 1), known);
  }

  private Result classify(Tensor x, int... lengths) { // (T, B, D)
    int steps = x.dim(0);
    boolean whole = Arrays.stream(lengths).allMatch(length -> length == steps);
    Tensor mask = whole ? null : Mask.ofLengths(x.device(), steps, lengths);
    Output output = rnn.forward(x, null, mask);
    Tensor pooled = dropout.forward(config.pooling().of(output, mask));
    Tensor logits = passed(x, head.forward(pooled));
    Tensor states = Ops.transpose(output.states(), 0, 1);
    return new Result(new Logits(logits), Ops.transpose(x, 0, 1), states, output.last());
  }

  private static void requireLengths(int rows, int... lengths) {
    if (lengths.length != rows) {
      throw new IllegalArgumentException(
          "classifier: " + rows + " rows but " + lengths.length + " lengths");
    }
  }

  /// Its shape.
  public ClassifierConfig config() {
    return config;
  }

  /// The embedding, to read rows out of it; null where float vectors are read.
  public Embedding embedding() {
    return embedding;
  }

  /// The recurrent layers.
  public Rnn rnn() {
    return rnn;
  }

  /// Writes `config.json` and `model.safetensors` into a folder.
  public void save(Path folder) throws IOException {
    ModelFolder.save(folder, Json.text(Json.config(ModelKind.CLASSIFIER, config)), place.set());
  }

  /// Reads what [#save] wrote: declares a classifier in an empty set, which the caller closes.
  public static SequenceClassifier load(Path folder, ParameterSet set, Noise noise)
      throws IOException {
    String what = folder.resolve(ModelFolder.CONFIG).toString();
    JsonNode shape = Json.config(folder, ModelKind.CLASSIFIER).path("model");
    ClassifierConfig config = Json.read(what, shape, ClassifierConfig.class);
    SequenceClassifier classifier = new SequenceClassifier(Place.in(set), config, noise);
    set.allocate();
    ModelFolder.load(folder, set);
    return classifier;
  }
}
