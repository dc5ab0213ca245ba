package dev.weft.rnn;

import dev.weft.tensor.Ops;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.ops.Recurrent;
import java.util.Arrays;
import java.util.List;

/// One vector for a whole sequence, out of the states after its steps.
public enum Pooling {
  /// The last layer's state when it has read the row: after its last real step forward, and after
  /// step 0 backward. The default.
  LAST,
  /// The mean over the real steps.
  MEAN,
  /// The largest value over the real steps, each element by itself; the gradient goes to the first
  /// step that has it.
  MAX;

  /// The pooled states (B, directions · H) of a run.
  ///
  /// @param output time-major
  /// @param mask the mask of the run, BOOL (T, B), or null: every step is real
  /// @throws IllegalArgumentException for a row without a real step
  public Tensor of(Output output, Tensor mask) {
    Tensor states = output.states(); // (T, B, n)
    int[] lengths = lengths(states, mask);
    return switch (this) {
      case LAST -> last(output);
      case MEAN -> mean(or(states, mask, 0), lengths);
      case MAX -> Ops.max(or(states, mask, Double.NEGATIVE_INFINITY), 0);
    };
  }

  /// The number of real steps of each row.
  private static int[] lengths(Tensor states, Tensor mask) {
    int rows = states.dim(1);
    int[] lengths = new int[rows];
    Arrays.fill(lengths, mask == null ? states.dim(0) : 0);
    if (mask != null) {
      Shape.of(states.dim(0), rows).requireSame(mask.shape(), "pooling mask");
      int[] real = mask.toInts();
      for (int i = 0; i < real.length; i++) {
        lengths[i % rows] += real[i];
      }
    }
    for (int b = 0; b < rows; b++) {
      if (lengths[b] == 0) {
        throw new IllegalArgumentException(
            "pooling: row " + b + " has no real step; leave the row out, or give it a token");
      }
    }
    return lengths;
  }

  private static Tensor last(Output output) {
    List<Recurrent.State> parts = output.last().parts();
    Tensor last = parts.getLast().h();
    boolean both = output.states().dim(2) != last.dim(1);
    return both ? Ops.concat(1, parts.get(parts.size() - 2).h(), last) : last;
  }

  private static Tensor mean(Tensor states, int[] lengths) {
    Tensor count = Tensor.ids(states.device(), Shape.of(lengths.length, 1), lengths);
    return Ops.sum(states, 0).div(Ops.cast(count, states.dtype()));
  }

  /// The states, with `value` where the mask is 0.
  private static Tensor or(Tensor states, Tensor mask, double value) {
    if (mask == null) {
      return states;
    }
    Tensor other = Tensor.full(states.device(), states.dtype(), Shape.SCALAR, value);
    return Ops.where(Ops.unsqueeze(mask, 2), states, other);
  }
}
