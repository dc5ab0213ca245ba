package dev.weft.rnn;

import dev.weft.decoding.LanguageModel;
import dev.weft.tensor.Activation;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Owner;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;
import java.util.Arrays;

/// A recurrent language model for decoding: matrices packed once, nothing dropped, no gradients.
/// One model serves many sessions in many threads. Biases, first states and an embedding that is
/// not tied are those of the model in training, which has to live as long; when its parameters
/// change, this form refuses to run.
///
/// A session keeps the states of its rows, which may be of different lengths, and gives the bits of
/// a run over the whole history. A state cannot go back: after `truncate` has shortened a row, the
/// next feed runs the ids that are left once more.
public final class RnnInference implements StepModel, AutoCloseable {
  private static final int NO_CLASS = -1;

  private final RnnLanguageModel model;
  private final DType weightType;
  private final Owner owner;
  private final ParameterSet owned; // closed with this; or null
  private final Cell cell;
  private final Weight head; // (H, V); of a tied model the embedding as well

  /// The inference form of a model in training.
  ///
  /// @param weightType of the matrices: F32, BF16, I8 or, on a GPU, F16; all else stays F32
  public static RnnInference of(RnnLanguageModel model, DType weightType) {
    return new RnnInference(model, weightType, null);
  }

  RnnInference(RnnLanguageModel model, DType weightType, ParameterSet owned) {
    this.model = model;
    this.weightType = weightType;
    this.owned = owned;
    this.owner = new Owner("rnn weights");
    boolean complete = false;
    try (Scope _ = Scope.noGrad()) {
      cell = model.rnn().pack(weightType, owner);
      head = Weight.pack(model.head().matrix(), weightType, owner);
      complete = true;
    } finally {
      if (!complete) {
        owner.close();
      }
    }
  }

  // ---- one step, and what is around it --------------------------------------------------------

  /// The embeddings (…, I) of ids I32 (…), for [#cell].
  @Override
  public Tensor embed(Tensor ids) {
    return model.config().tied()
        ? Ops.embedding(head, ids)
        : Ops.embedding(model.embedding().weight().tensor(), ids);
  }

  /// The recurrent layers, one step at a time.
  @Override
  public Cell cell() {
    return cell;
  }

  /// The logits (…, V) of states (…, H) of the last layer.
  @Override
  public Tensor scores(Tensor hidden) {
    return Ops.linear(hidden, head, model.head().bias().tensor(), Activation.NONE, null);
  }

  /// What `rows` sequences begin with, in the thread's scope.
  @Override
  public States first(int rows) {
    return first(rows, NO_CLASS);
  }

  /// What sequences of these classes begin with, one row each, in the thread's scope.
  public States firstOf(int... classes) {
    return model.given(classes);
  }

  States first(int rows, int kind) {
    if (kind == NO_CLASS) {
      model.requireNoClasses();
      return cell.firstState(rows);
    }
    int[] all = new int[rows];
    Arrays.fill(all, kind);
    return firstOf(all);
  }

  // ---- as a language model --------------------------------------------------------------------

  @Override
  public int vocabularySize() {
    return model.config().vocabulary();
  }

  @Override
  public Session open(int rows) {
    model.requireNoClasses();
    return StepModel.super.open(rows);
  }

  /// This model for sequences of one class: a view of the same weights, usable until this closes.
  ///
  /// @throws IllegalArgumentException when there is no such class
  public LanguageModel given(int kind) {
    if (kind < 0 || kind >= model.config().classes()) {
      throw new IllegalArgumentException(
          "language model: class " + kind + " is not one of its " + model.config().classes());
    }
    return new Given(this, kind);
  }

  private record Given(RnnInference weights, int kind) implements StepModel {
    @Override
    public int vocabularySize() {
      return weights.vocabularySize();
    }

    @Override
    public States first(int rows) {
      return weights.first(rows, kind);
    }

    @Override
    public Tensor embed(Tensor ids) {
      return weights.embed(ids);
    }

    @Override
    public Cell cell() {
      return weights.cell();
    }

    @Override
    public Tensor scores(Tensor hidden) {
      return weights.scores(hidden);
    }

    @Override
    public Device device() {
      return weights.device();
    }

    @Override
    public String toString() {
      return weights + " given class " + kind;
    }
  }

  // ---- what it is -----------------------------------------------------------------------------

  /// The shape of the model.
  public LanguageModelConfig config() {
    return model.config();
  }

  /// Where it runs.
  @Override
  public Device device() {
    return model.parameters().device();
  }

  /// Bytes of all weights: the packs, and the parameters where this holds them.
  public long bytes() {
    return owner.bytes() + (owned == null ? 0 : owned.bytes());
  }

  /// Gives the weights back; sessions of it can no longer be fed.
  @Override
  public void close() {
    owner.close();
    if (owned != null) {
      owned.close();
    }
  }

  @Override
  public String toString() {
    RnnConfig rnn = model.config().rnn();
    return rnn.gating()
        + " "
        + rnn.layers()
        + "x"
        + rnn.hidden()
        + " "
        + weightType
        + " on "
        + device().name();
  }
}
