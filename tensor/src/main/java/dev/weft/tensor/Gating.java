package dev.weft.tensor;

/// How a recurrent step turns its pre-activations into the next state; [Recurrence] has the
/// formulas. Blocks of gates stand in PyTorch's order.
public enum Gating {
  /// Elman's network with tanh. Elman, 1990.
  TANH(1),
  /// Elman's network with ReLU. Le, Jaitly and Hinton, 2015.
  RELU(1),
  /// Input, forget, cell, output. Hochreiter and Schmidhuber, 1997; Gers, Schmidhuber and Cummins,
  /// 2000.
  LSTM(4),
  /// Reset, update, new; the reset gate scales what the recurrent product gives. PyTorch's and
  /// cuDNN's form.
  GRU(3),
  /// Reset, update, new; the reset gate scales the state that goes into the product. Cho et al.,
  /// 2014.
  GRU_RESET_FIRST(3);

  private final int blocks;

  Gating(int blocks) {
    this.blocks = blocks;
  }

  /// Blocks of H gates: 1, 4 or 3.
  public int blocks() {
    return blocks;
  }

  /// Whether there is a cell state beside the hidden state.
  public boolean cells() {
    return this == LSTM;
  }

  /// Whether backward needs [Recurrence#hidden].
  public boolean keepsHidden() {
    return this == GRU || this == GRU_RESET_FIRST;
  }
}
