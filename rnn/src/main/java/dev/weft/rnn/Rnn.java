package dev.weft.rnn;

import dev.weft.nn.Dropout;
import dev.weft.nn.Layer;
import dev.weft.nn.Noise;
import dev.weft.nn.Place;
import dev.weft.tensor.DType;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Owner;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.ops.Recurrent;
import java.util.ArrayList;
import java.util.List;

/// A stack of recurrent layers over sequences: Elman's, LSTM or GRU.
///
/// Parameters are named and laid out as in the state of PyTorch's `RNN`, `LSTM` and `GRU`:
/// `weight_ih_l0` (G · H, I), `weight_hh_l0` (G · H, H), `bias_ih_l0`, `bias_hh_l0`, and
/// `…_reverse`; they begin evenly in ±1/√H. With [RnnConfig.Biases#ONE] there is no `bias_hh`.
/// With layer norm there are `norm_ih_weight_l0`, `norm_ih_bias_l0`, `norm_hh_…` (G · H) and, for
/// LSTM, `norm_c_…` (H) instead of biases: what goes into a gate is N(x · W) + N(h · U), and an
/// LSTM's state is o · tanh(N(c)). Learned first states are `h0_l0` and `c0_l0` (H).
public final class Rnn extends Layer {
  private final ParameterSet set;
  private final RnnConfig config;
  private final Stack stack;
  private Probe probe;

  /// Looks into the layers as they run.
  @FunctionalInterface
  public interface Probe {
    /// Who looks into the run of one layer and direction; or null.
    Recurrent.Probe of(int layer, boolean reverse);
  }

  /// Declares the parameters at `place`.
  ///
  /// @param noise what dropout draws from; may be null where the configuration drops nothing
  public Rnn(Place place, RnnConfig config, Noise noise) {
    super(place.path());
    this.set = place.set();
    this.config = config;
    if (config.dropout() > 0 && noise == null) {
      throw new IllegalArgumentException(
          "rnn " + place.path() + ": dropout " + config.dropout() + " needs noise to draw from");
    }
    List<DirectionParameters> parameters = new ArrayList<>();
    List<Direction> directions = new ArrayList<>();
    for (int layer = 0; layer < config.layers(); layer++) {
      for (int way = 0; way < config.directions(); way++) {
        DirectionParameters part = new DirectionParameters(place, config, layer, way == 1);
        parameters.add(part);
        directions.add(part.dense());
      }
    }
    Dropout between = part(new Dropout(place.at("dropout").path(), config.dropout(), noise));
    stack = new Stack(config, List.copyOf(parameters), List.copyOf(directions), between);
  }

  /// Its shape.
  public RnnConfig config() {
    return config;
  }

  /// Runs x (T, B, I) through all steps.
  ///
  /// @param first or null: what the configuration says
  /// @param mask BOOL (T, B), or null; a step that is masked out keeps the state, whatever x holds.
  ///     See [Mask]
  public Output forward(Tensor x, States first, Tensor mask) {
    Output output = stack.run(x, first, mask, probe);
    passed(x, output.states());
    return output;
  }

  /// Runs x (B, T, I): the transposed equal of [#forward], states (B, T, directions · H) included.
  /// The mask is BOOL (T, B) as there.
  public Output forwardBatchFirst(Tensor x, States first, Tensor mask) {
    x.shape().requireRank(3, "rnn", "x");
    Output output = forward(Ops.transpose(x, 0, 1), first, mask);
    return new Output(Ops.transpose(output.states(), 0, 1), output.last());
  }

  /// One step at a time with the parameters as they are; gradients flow.
  public Cell cell() {
    return new Cell(stack, set.device(), set.dtype());
  }

  /// The same, but drops nothing, whatever mode the layers are in.
  Cell steadyCell() {
    return new Cell(undropped(stack.directions()), set.device(), set.dtype());
  }

  private Stack undropped(List<Direction> directions) {
    return new Stack(config, stack.parameters(), directions, x -> x);
  }

  /// One step at a time with matrices packed once, now: for decoding, in a no-grad scope. Drops
  /// nothing.
  ///
  /// @param dtype of the packs: F32, BF16, I8 or, on a GPU, F16
  /// @param owner holds the packs
  public Cell pack(DType dtype, Owner owner) {
    List<Direction> packed = new ArrayList<>();
    for (DirectionParameters part : stack.parameters()) {
      packed.add(part.packed(dtype, owner));
    }
    return new Cell(undropped(packed), set.device(), set.dtype());
  }

  /// Has every further run looked into; null ends that. A look costs memory and time.
  public void probe(Probe probe) {
    this.probe = probe;
  }
}
