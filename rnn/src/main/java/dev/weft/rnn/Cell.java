package dev.weft.rnn;

import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.ops.Recurrent;
import java.util.ArrayList;
import java.util.List;

/// The layers of an [Rnn] one step at a time, forward only: what decoding and free running use.
/// T steps give the same bits as one run over the sequence (without dropout, which draws anew at
/// each step).
public final class Cell {
  private final Stack stack;
  private final Device device;
  private final DType dtype;

  /// What a step gives.
  ///
  /// @param hidden (B, H): the last layer's new state
  /// @param states of all layers, for the next step
  public record Step(Tensor hidden, States states) {}

  Cell(Stack stack, Device device, DType dtype) {
    this.stack = stack;
    this.device = device;
    this.dtype = dtype;
    if (stack.config().bidirectional()) {
      throw new IllegalArgumentException(
          "cell: a bidirectional network has no single step, since its backward half begins at the"
              + " end");
    }
  }

  /// The shape of the layers.
  public RnnConfig config() {
    return stack.config();
  }

  /// Zeros for `rows` rows, in the thread's scope.
  public States zeroState(int rows) {
    return state(RnnConfig.FirstState.ZEROS, rows);
  }

  /// What the configuration begins with, for `rows` rows, in the thread's scope.
  public States firstState(int rows) {
    return state(stack.config().first(), rows);
  }

  private States state(RnnConfig.FirstState kind, int rows) {
    List<Recurrent.State> parts = new ArrayList<>();
    for (DirectionParameters parameters : stack.parameters()) {
      parts.add(parameters.first(kind, device, dtype, rows));
    }
    return new States(parts);
  }

  /// One step of x (B, I) from `state`.
  public Step step(Tensor x, States state) {
    x.shape().requireRank(2, "cell", "x");
    Output output = stack.run(x.reshape(1, x.dim(0), x.dim(1)), state, null, null);
    return new Step(output.states().reshape(x.dim(0), -1), output.last());
  }

  /// Many steps at once: x (T, B, I) from `first`, or null for [#firstState]; a prompt, say.
  public Output forward(Tensor x, States first, Tensor mask) {
    return stack.run(x, first, mask, null);
  }
}
