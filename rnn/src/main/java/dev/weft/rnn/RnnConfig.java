package dev.weft.rnn;

import dev.weft.tensor.Gating;

/// The shape of a stack of recurrent layers.
///
/// @param gating the kind of step
/// @param input I: values of an input vector
/// @param hidden H: units of a layer
/// @param layers at least 1
/// @param bidirectional whether each layer also runs from the last step to the first; the next
///     layer, and the caller, then see 2 · H values: forward, backward
/// @param dropout share dropped in training between layers, not after the last; in [0, 1)
/// @param biases of each layer
/// @param layerNorm whether the cells normalise what goes into the gates; [Rnn] has the formula
/// @param first the state before the first step, where the caller gives none
/// @param start first values of the recurrent weights
/// @param forgetBias added to the first values of an LSTM's forget gates; 1 keeps them open at
///     first. Jozefowicz, Zaremba and Sutskever, 2015
public record RnnConfig(
    Gating gating,
    int input,
    int hidden,
    int layers,
    boolean bidirectional,
    double dropout,
    Biases biases,
    boolean layerNorm,
    FirstState first,
    RecurrentStart start,
    double forgetBias) {

  /// How many bias vectors a layer has.
  public enum Biases {
    /// One for the input and one for the state, as PyTorch and cuDNN.
    TWO,
    /// One for both, as Keras.
    ONE
  }

  /// A state to begin with.
  public enum FirstState {
    /// All zeros.
    ZEROS,
    /// All ones, the cell state too.
    ONES,
    /// Parameters, one vector for each layer and direction, zeros at first.
    LEARNED
  }

  /// First values of a recurrent weight, for each gate's H × H block by itself.
  public enum RecurrentStart {
    /// Evenly in ±1/√H, PyTorch's default.
    UNIFORM,
    /// A random orthogonal matrix. Saxe, McClelland and Ganguli, 2014.
    ORTHOGONAL,
    /// The identity, for ReLU. Le, Jaitly and Hinton, 2015.
    IDENTITY
  }

  /// Checks the sizes.
  public RnnConfig {
    if (input < 1 || hidden < 1 || layers < 1) {
      throw new IllegalArgumentException(
          "rnn: input, hidden and layers must be at least 1 but are "
              + input
              + ", "
              + hidden
              + " and "
              + layers);
    }
    if (Math.max(4L, layers) * Math.max(input, 2L * hidden) > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "rnn: input "
              + input
              + ", hidden "
              + hidden
              + " and layers "
              + layers
              + " make a dimension of more than "
              + Integer.MAX_VALUE);
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException("rnn: dropout must lie in [0, 1) but is " + dropout);
    }
    if (forgetBias != 0 && gating != Gating.LSTM) {
      throw new IllegalArgumentException(
          "rnn: " + gating + " has no forget gate; forgetBias must be 0 but is " + forgetBias);
    }
    if (!Double.isFinite(forgetBias)) {
      throw new IllegalArgumentException("rnn: forgetBias must be finite but is " + forgetBias);
    }
  }

  /// One layer forward with PyTorch's defaults.
  public static RnnConfig of(Gating gating, int input, int hidden) {
    return new RnnConfig(
        gating,
        input,
        hidden,
        1,
        false,
        0,
        Biases.TWO,
        false,
        FirstState.ZEROS,
        RecurrentStart.UNIFORM,
        0);
  }

  /// The same with another number of layers.
  public RnnConfig withLayers(int count) {
    return new RnnConfig(
        gating,
        input,
        hidden,
        count,
        bidirectional,
        dropout,
        biases,
        layerNorm,
        first,
        start,
        forgetBias);
  }

  /// The same in one direction or in both.
  public RnnConfig withBidirectional(boolean both) {
    return new RnnConfig(
        gating, input, hidden, layers, both, dropout, biases, layerNorm, first, start, forgetBias);
  }

  /// The same with another share dropped between layers.
  public RnnConfig withDropout(double share) {
    return new RnnConfig(
        gating,
        input,
        hidden,
        layers,
        bidirectional,
        share,
        biases,
        layerNorm,
        first,
        start,
        forgetBias);
  }

  /// The same with one or two biases.
  public RnnConfig withBiases(Biases count) {
    return new RnnConfig(
        gating,
        input,
        hidden,
        layers,
        bidirectional,
        dropout,
        count,
        layerNorm,
        first,
        start,
        forgetBias);
  }

  /// The same with or without layer norm inside the cells.
  public RnnConfig withLayerNorm(boolean normed) {
    return new RnnConfig(
        gating,
        input,
        hidden,
        layers,
        bidirectional,
        dropout,
        biases,
        normed,
        first,
        start,
        forgetBias);
  }

  /// The same from another first state.
  public RnnConfig withFirst(FirstState state) {
    return new RnnConfig(
        gating,
        input,
        hidden,
        layers,
        bidirectional,
        dropout,
        biases,
        layerNorm,
        state,
        start,
        forgetBias);
  }

  /// The same with other first values of the recurrent weights.
  public RnnConfig withStart(RecurrentStart recurrent) {
    return new RnnConfig(
        gating,
        input,
        hidden,
        layers,
        bidirectional,
        dropout,
        biases,
        layerNorm,
        first,
        recurrent,
        forgetBias);
  }

  /// The same with something added to the forget gates' biases at first.
  public RnnConfig withForgetBias(double bias) {
    return new RnnConfig(
        gating,
        input,
        hidden,
        layers,
        bidirectional,
        dropout,
        biases,
        layerNorm,
        first,
        start,
        bias);
  }

  /// 1, or 2 where it runs both ways.
  public int directions() {
    return bidirectional ? 2 : 1;
  }

  /// Values of an output vector: directions · H.
  public int output() {
    return directions() * hidden;
  }

  /// Values of an input vector of layer `layer`.
  int inputOf(int layer) {
    return layer == 0 ? input : output();
  }
}
