package dev.weft.rnn;

import dev.weft.nn.Dropout;
import dev.weft.nn.Embedding;
import dev.weft.nn.Initializers;
import dev.weft.nn.Layer;
import dev.weft.nn.Linear;
import dev.weft.nn.Losses;
import dev.weft.nn.Noise;
import dev.weft.nn.Place;
import dev.weft.nn.train.Objective;
import dev.weft.tensor.Ops;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.ops.Recurrent;
import java.util.ArrayList;
import java.util.List;

/// A recurrent language model for training: an embedding, recurrent layers, a head that scores the
/// next id. Ids stand for characters, words or pieces of words; what they mean is a [Vectorizer]'s
/// or another tokenizer's business. [RnnInference] is the form that decodes.
///
/// Parameters: `embedding.weight` (V, I), `rnn.…` as [Rnn] says, `head.weight` (V, H) unless tied,
/// `head.bias` (V), and `classes.weight` (classes, layers · H, or twice that for LSTM) where there
/// are classes: row k is the state that a sequence of class k begins with, layer by layer, h before
/// c.
public final class RnnLanguageModel extends Layer {
  private final ParameterSet set;
  private final LanguageModelConfig config;
  private final Embedding embedding;
  private final Embedding classes; // or null
  private final Dropout embeddingDropout;
  private final Rnn rnn;
  private final Dropout headDropout;
  private final Linear head;

  /// What T steps of B rows give.
  ///
  /// @param logits (T, B, V): what follows each id
  /// @param last the state of every layer after the last step
  public record Result(Tensor logits, States last) {}

  /// Declares the parameters at `place`; `noise` may be null where nothing is dropped.
  public RnnLanguageModel(Place place, LanguageModelConfig config, Noise noise) {
    super(place.path());
    this.set = place.set();
    this.config = config;
    if (config.dropout() > 0 && noise == null) {
      throw new IllegalArgumentException(
          "language model: dropout " + config.dropout() + " needs noise to draw from");
    }
    int width = config.rnn().input();
    int hidden = config.rnn().hidden();
    int size = config.vocabulary();
    double bound = 1 / Math.sqrt(hidden);
    embedding =
        part(
            config.tied()
                ? new Embedding(
                    place.at("embedding"), size, width, Initializers.uniform(-bound, bound))
                : new Embedding(place.at("embedding"), size, width));
    embeddingDropout = part(dropout(place.at("embedding_dropout"), noise));
    rnn = part(new Rnn(place.at("rnn"), config.rnn(), noise));
    headDropout = part(dropout(place.at("head_dropout"), noise));
    Place there = place.at("head");
    head =
        part(
            config.tied()
                ? Linear.tied(there, embedding, hidden, size, true)
                : new Linear(there, hidden, size));
    classes =
        config.classes() == 0
            ? null
            : part(
                new Embedding(
                    place.at("classes"),
                    config.classes(),
                    hidden * config.rnn().layers() * vectors(),
                    Initializers.uniform(-bound, bound)));
  }

  private Dropout dropout(Place place, Noise noise) {
    return new Dropout(place.path(), config.dropout(), noise);
  }

  /// Vectors of one layer's state.
  private int vectors() {
    return config.rnn().gating().cells() ? 2 : 1;
  }

  // ---- forward --------------------------------------------------------------------------------

  /// Runs ids I32 (T, B).
  ///
  /// @param first the state before the first step, as [#given] or the run before it gives; or null
  ///     where there are no classes: what the configuration says
  /// @param mask BOOL (T, B), or null; a step that is masked out keeps the state
  public Result forward(Tensor ids, States first, Tensor mask) {
    Output output = hidden(ids, first, mask);
    return new Result(scores(output.states()), output.last());
  }

  /// The recurrent layers' part of [#forward].
  Output hidden(Tensor ids, States first, Tensor mask) {
    ids.shape().requireRank(2, "language model", "the ids");
    if (first == null) {
      requireNoClasses();
    }
    return rnn.forward(embeddingDropout.forward(embedding.forward(ids)), first, mask);
  }

  /// The head's part: states (…, H) to logits (…, V).
  Tensor scores(Tensor states) {
    return head.forward(headDropout.forward(states));
  }

  void requireNoClasses() {
    if (classes != null) {
      throw new IllegalArgumentException(
          "language model: its sequences are of "
              + config.classes()
              + " classes; say of which, given(class)");
    }
  }

  /// One class for each row where there are classes, else none.
  void requireClassOfEach(int rows, int... classesOfRows) {
    int wanted = classes == null ? 0 : rows;
    if (classesOfRows.length != wanted) {
      throw new IllegalArgumentException(
          "language model: "
              + rows
              + " sequences of a model of "
              + config.classes()
              + " classes want "
              + wanted
              + " classes, but "
              + classesOfRows.length
              + " are given");
    }
  }

  /// The states that sequences of these classes begin with, one row each; gradients flow back.
  public States given(int... classesOfRows) {
    if (classes == null) {
      throw new IllegalArgumentException("language model: its sequences have no classes");
    }
    Shape shape = Shape.of(classesOfRows.length);
    Tensor all = classes.forward(Tensor.ids(set.device(), shape, classesOfRows)); // (B, parts · H)
    int hidden = config.rnn().hidden();
    List<Recurrent.State> parts = new ArrayList<>();
    for (int from = 0; from < all.dim(1); from += hidden * vectors()) {
      Tensor c = vectors() == 1 ? null : all.slice(1, from + hidden, from + 2 * hidden);
      parts.add(new Recurrent.State(all.slice(1, from, from + hidden), c));
    }
    return new States(parts);
  }

  // ---- losses ---------------------------------------------------------------------------------

  /// The mean loss of the next ids of whole sequences, each from its start.
  ///
  /// @param rows of ids, start and end included; the first `lengths[b]` count, and whatever stands
  ///     behind them changes no bit
  /// @param classesOfRows one for each row where there are classes
  /// @throws IllegalArgumentException when no row has a next id
  public Objective.Batch loss(int[][] rows, int[] lengths, int... classesOfRows) {
    int count = rows.length;
    if (lengths.length != count) {
      throw new IllegalArgumentException(
          "language model: " + count + " rows but " + lengths.length + " lengths");
    }
    requireClassOfEach(count, classesOfRows);
    int steps = 0;
    int tokens = 0;
    int[] real = new int[count];
    for (int b = 0; b < count; b++) {
      if (lengths[b] < 0 || lengths[b] > rows[b].length) {
        throw new IllegalArgumentException(
            "language model: row " + b + " has " + rows[b].length + " ids, not " + lengths[b]);
      }
      real[b] = Math.max(0, lengths[b] - 1);
      steps = Math.max(steps, real[b]);
      tokens += real[b];
    }
    if (tokens == 0) {
      throw new IllegalArgumentException(
          "language model: none of the " + count + " rows has a next id to predict");
    }
    int[] ids = new int[Math.multiplyExact(steps, count)]; // (T, B); any id will do as filler
    int[] targets = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      int t = i / count;
      int b = i % count;
      ids[i] = t < real[b] ? rows[b][t] : 0;
      targets[i] = t < real[b] ? rows[b][t + 1] : Losses.IGNORED;
    }
    Shape shape = Shape.of(steps, count);
    Tensor mask = tokens == ids.length ? null : Mask.ofLengths(set.device(), steps, real);
    States first = classes == null ? null : given(classesOfRows);
    Result result = forward(Tensor.ids(set.device(), shape, ids), first, mask);
    Tensor wanted = Tensor.ids(set.device(), shape, targets);
    return new Objective.Batch(Ops.crossEntropy(result.logits(), wanted), tokens);
  }

  /// [#loss(int[][], int[], int...)] of a batch.
  public Objective.Batch loss(PaddedBatch batch, int... classesOfRows) {
    return loss(batch.ids(), batch.lengths(), classesOfRows);
  }

  // ---- what it is -----------------------------------------------------------------------------

  /// Its shape.
  public LanguageModelConfig config() {
    return config;
  }

  /// The embedding, to read rows out of it.
  public Embedding embedding() {
    return embedding;
  }

  /// The recurrent layers.
  public Rnn rnn() {
    return rnn;
  }

  /// The set that holds its parameters.
  public ParameterSet parameters() {
    return set;
  }

  Linear head() {
    return head;
  }
}
