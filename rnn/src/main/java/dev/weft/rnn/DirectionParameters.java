package dev.weft.rnn;

import dev.weft.nn.Initializers;
import dev.weft.nn.Place;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Gating;
import dev.weft.tensor.Initializer;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;
import dev.weft.tensor.ops.Recurrent;
import java.util.Arrays;
import java.util.function.Supplier;

/// The parameters of one layer and direction, named and laid out as PyTorch does.
final class DirectionParameters {
  private final RnnConfig config;
  private final boolean reverse;
  private final Parameter weightIn; // (G · H, I)
  private final Parameter weight; // (G · H, H)
  private final Parameter biasIn; // (G · H), or null
  private final Parameter bias; // (G · H), or null
  private final Norms norms; // or null
  private final Parameter firstH; // (H), or null
  private final Parameter firstC; // (H), or null

  /// Gains and shifts of a cell's norms.
  private record Norms(
      Parameter gainIn,
      Parameter shiftIn,
      Parameter gain,
      Parameter shift,
      Parameter gainCell,
      Parameter shiftCell) {}

  DirectionParameters(Place place, RnnConfig config, int layer, boolean reverse) {
    this.config = config;
    this.reverse = reverse;
    String end = "_l" + layer + (reverse ? "_reverse" : "");
    int hidden = config.hidden();
    int gates = config.gating().blocks() * hidden;
    double bound = 1 / Math.sqrt(hidden);
    Initializer uniform = Initializers.uniform(-bound, bound);
    weightIn = place.add("weight_ih" + end, Shape.of(gates, config.inputOf(layer)), uniform);
    weight = place.add("weight_hh" + end, Shape.of(gates, hidden), recurrentStart(uniform));
    Shape row = Shape.of(gates);
    if (config.layerNorm()) {
      biasIn = null;
      bias = null;
      norms = norms(place, end, row);
    } else {
      biasIn = place.add("bias_ih" + end, row, forgetting(uniform));
      boolean two = config.biases() == RnnConfig.Biases.TWO;
      bias = two ? place.add("bias_hh" + end, row, uniform) : null;
      norms = null;
    }
    boolean learned = config.first() == RnnConfig.FirstState.LEARNED;
    Shape units = Shape.of(hidden);
    firstH = learned ? place.add("h0" + end, units, Initializer.ZEROS) : null;
    firstC = learned && cells() ? place.add("c0" + end, units, Initializer.ZEROS) : null;
  }

  private Norms norms(Place place, String end, Shape row) {
    Shape units = Shape.of(config.hidden());
    return new Norms(
        place.add("norm_ih_weight" + end, row, Initializer.ONES),
        place.add("norm_ih_bias" + end, row, forgetting(Initializer.ZEROS)),
        place.add("norm_hh_weight" + end, row, Initializer.ONES),
        place.add("norm_hh_bias" + end, row, Initializer.ZEROS),
        cells() ? place.add("norm_c_weight" + end, units, Initializer.ONES) : null,
        cells() ? place.add("norm_c_bias" + end, units, Initializer.ZEROS) : null);
  }

  private boolean cells() {
    return config.gating().cells();
  }

  // ---- first values ---------------------------------------------------------------------------

  private Initializer recurrentStart(Initializer uniform) {
    return switch (config.start()) {
      case UNIFORM -> uniform;
      case ORTHOGONAL -> eachBlock(Initializers.orthogonal());
      case IDENTITY -> eachBlock(Initializers.identity());
    };
  }

  /// Fills the H × H block of each gate by itself.
  private Initializer eachBlock(Initializer block) {
    int hidden = config.hidden();
    return (values, shape, random) -> {
      float[] part = new float[hidden * hidden];
      for (int from = 0; from < values.length; from += part.length) {
        Arrays.fill(part, 0);
        block.fill(part, Shape.of(hidden, hidden), random);
        System.arraycopy(part, 0, values, from, part.length);
      }
    };
  }

  /// The forget gates' values are higher by what the configuration says.
  private Initializer forgetting(Initializer plain) {
    int hidden = config.hidden();
    return (values, shape, random) -> {
      plain.fill(values, shape, random);
      for (int j = 0; config.gating() == Gating.LSTM && j < hidden; j++) {
        values[hidden + j] += (float) config.forgetBias();
      }
    };
  }

  // ---- what runs ------------------------------------------------------------------------------

  /// The layer with the parameters as they are.
  Direction dense() {
    return direction(
        () ->
            new Recurrent.Weights(
                Weight.dense(matrix(weightIn)),
                values(biasIn),
                Weight.dense(matrix(weight)),
                values(bias)));
  }

  /// The layer with matrices packed now, held by `owner`.
  Direction packed(DType dtype, Owner owner) {
    Weight in = Weight.pack(matrix(weightIn), dtype, owner);
    Weight recurrent = Weight.pack(matrix(weight), dtype, owner);
    return direction(() -> new Recurrent.Weights(in, values(biasIn), recurrent, values(bias)));
  }

  private Direction direction(Supplier<Recurrent.Weights> weights) {
    if (norms == null) {
      return new FusedDirection(config.gating(), reverse, weights);
    }
    return new NormedDirection(
        config.gating(),
        reverse,
        weights,
        new NormedDirection.Norm(norms.gainIn, norms.shiftIn),
        new NormedDirection.Norm(norms.gain, norms.shift),
        cells() ? new NormedDirection.Norm(norms.gainCell, norms.shiftCell) : null);
  }

  /// A state to begin with, in the thread's scope.
  Recurrent.State first(RnnConfig.FirstState kind, Device device, DType dtype, int rows) {
    Shape shape = Shape.of(rows, config.hidden());
    return switch (kind) {
      case ZEROS, ONES -> {
        int value = kind == RnnConfig.FirstState.ONES ? 1 : 0;
        Tensor c = cells() ? Tensor.full(device, dtype, shape, value) : null;
        yield new Recurrent.State(Tensor.full(device, dtype, shape, value), c);
      }
      case LEARNED -> {
        Tensor c = cells() ? Ops.expand(firstC.tensor(), shape) : null;
        yield new Recurrent.State(Ops.expand(firstH.tensor(), shape), c);
      }
    };
  }

  private static Tensor matrix(Parameter parameter) {
    return Ops.transpose(parameter.tensor(), 0, 1);
  }

  private static Tensor values(Parameter parameter) {
    return parameter == null ? null : parameter.tensor();
  }
}
