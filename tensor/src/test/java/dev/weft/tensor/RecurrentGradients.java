package dev.weft.tensor;

import dev.weft.tensor.ops.Recurrent;
import java.util.List;

/// Recurrent layers, each gating in both directions with every kind of mask: the gradients of x,
/// the weights, the biases and the first state.
final class RecurrentGradients {
  private static final int STEPS = 4;
  private static final int ROWS = 2;
  private static final int IN = 2;
  private static final int UNITS = 3;

  /// Which of four steps count, for each of two rows.
  private enum Mask {
    NONE,
    RIGHT(1, 1, 1, 1, 1, 0, 0, 0),
    LEFT(0, 0, 1, 1, 0, 1, 1, 1),
    HOLE(1, 0, 1, 1, 1, 0, 0, 1),
    ALL_BUT_ONE(0, 1, 0, 0, 0, 0, 0, 1),
    EMPTY_ROW(1, 1, 1, 1, 0, 0, 0, 0);

    private final int[] byRow;

    Mask(int... byRow) {
      this.byRow = byRow;
    }

    Tensor on(Device device) {
      if (byRow.length == 0) {
        return null;
      }
      Tensor mask = Tensor.empty(device, DType.BOOL, Shape.of(ROWS, STEPS)).set(byRow);
      return mask.transpose();
    }
  }

  private RecurrentGradients() {}

  static void addTo(List<GradientCase> cases) {
    for (Gating gating : Gating.values()) {
      for (Mask mask : Mask.values()) {
        for (boolean reverse : new boolean[] {false, true}) {
          String name = "recurrent " + gating + (reverse ? " reversed" : "") + ", mask " + mask;
          add(cases, name, x -> states(gating, mask, reverse, x), gating);
        }
      }
      add(cases, "recurrent " + gating + ", only its last state", x -> last(gating, x), gating);
      add(cases, "recurrent " + gating + " from zeros, no bias", x -> bare(gating, x), gating);
    }
  }

  private static void add(
      List<GradientCase> cases, String name, GradientCase.Function function, Gating gating) {
    int gates = gating.blocks() * UNITS;
    Shape[] shapes = {
      Shape.of(STEPS, ROWS, IN),
      Shape.of(gates, IN),
      Shape.of(gates),
      Shape.of(gates, UNITS),
      Shape.of(gates),
      Shape.of(ROWS, UNITS),
      Shape.of(ROWS, UNITS)
    };
    cases.add(new GradientCase(name, shapes, false, function));
  }

  private static Recurrent.Weights weights(Tensor[] x) {
    Weight in = Weight.dense(x[1].transpose());
    Weight recurrent = Weight.dense(x[3].transpose());
    return new Recurrent.Weights(in, x[2], recurrent, x[4]);
  }

  private static Recurrent.State first(Gating gating, Tensor[] x) {
    return new Recurrent.State(x[5], gating.cells() ? x[6] : null);
  }

  private static Tensor states(Gating gating, Mask mask, boolean reverse, Tensor[] x) {
    Tensor flags = mask.on(x[0].device());
    var result = Ops.recurrent(gating, x[0], weights(x), first(gating, x), flags, reverse);
    return all(gating, x, result);
  }

  /// The states and the last cell state in one row; a cell state that does not exist counts once,
  /// so that its gradient is asked for.
  private static Tensor all(Gating gating, Tensor[] x, Recurrent.Result result) {
    Tensor cell = gating.cells() ? result.last().c() : x[6];
    return Ops.concat(0, result.states().reshape(-1), cell.reshape(-1));
  }

  private static Tensor last(Gating gating, Tensor[] x) {
    var result = Ops.recurrent(gating, x[0], weights(x), first(gating, x), null, false);
    Tensor last = gating.cells() ? result.last().c() : result.last().h();
    return Ops.concat(0, last.reshape(-1), x[6].reshape(-1));
  }

  private static Tensor bare(Gating gating, Tensor[] x) {
    Recurrent.Weights w = weights(x);
    Recurrent.Weights unbiased = new Recurrent.Weights(w.in(), null, w.recurrent(), null);
    var result = Ops.recurrent(gating, x[0], unbiased, Recurrent.State.ZERO, null, false);
    Tensor others = Ops.concat(0, x[2], x[4], x[5].reshape(-1), x[6].reshape(-1));
    return Ops.concat(0, result.states().reshape(-1), others);
  }
}
