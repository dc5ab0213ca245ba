package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.ops.Recurrent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The recurrent op against the textbook formulas, written with single ops.
class RecurrentTest extends OnReference {
  private static final int STEPS = 4;
  private static final int ROWS = 3;
  private static final int IN = 2;
  private static final int UNITS = 5;

  private Tensor random(int seed, int... dims) {
    var random = new Philox(seed, Philox.Purpose.INITIALISATION, 0, 0);
    double[] values = new double[(int) Shape.of(dims).size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextNormal();
    }
    return Tensor.of(device, Shape.of(dims), values);
  }

  @ParameterizedTest
  @EnumSource(Gating.class)
  void stepsFollowTheFormulas(Gating gating) {
    try (Scope _ = Scope.noGrad()) {
      int gates = gating.blocks() * UNITS;
      Tensor x = random(1, STEPS, ROWS, IN);
      Tensor wIn = random(2, IN, gates);
      Tensor bIn = random(3, gates);
      Tensor w = random(4, UNITS, gates);
      Tensor b = random(5, gates);
      Tensor h = random(6, ROWS, UNITS);
      Tensor c = gating.cells() ? random(7, ROWS, UNITS) : null;
      var weights = new Recurrent.Weights(Weight.dense(wIn), bIn, Weight.dense(w), b);
      var first = new Recurrent.State(h, c);
      Recurrent.Result result = Ops.recurrent(gating, x, weights, first, null, false);
      for (int t = 0; t < STEPS; t++) {
        Tensor in = Ops.linear(x.slice(0, t, t + 1).reshape(ROWS, IN), wIn, bIn);
        Tensor p = Ops.linear(h, w, b);
        switch (gating) {
          case TANH -> h = in.add(p).tanh();
          case RELU -> h = Ops.relu(in.add(p));
          case LSTM -> {
            Tensor a = in.add(p);
            Tensor kept = Ops.sigmoid(block(a, 1)).mul(c);
            c = kept.add(Ops.sigmoid(block(a, 0)).mul(block(a, 2).tanh()));
            h = Ops.sigmoid(block(a, 3)).mul(c.tanh());
          }
          case GRU -> {
            Tensor n = block(in, 2).add(gate(in, p, 0).mul(block(p, 2)));
            h = mixed(h, gate(in, p, 1), n.tanh());
          }
          case GRU_RESET_FIRST -> {
            Tensor reset = gate(in, p, 0).mul(h);
            Tensor n = block(in, 2).add(block(Ops.linear(reset, w, b), 2));
            h = mixed(h, gate(in, p, 1), n.tanh());
          }
        }
        Tensor states = result.states().slice(0, t, t + 1);
        assertArrayEquals(h.toDoubles(), states.toDoubles(), 1e-13, "step " + t);
      }
      assertArrayEquals(h.toDoubles(), result.last().h().toDoubles(), 1e-13);
      if (gating.cells()) {
        assertArrayEquals(c.toDoubles(), result.last().c().toDoubles(), 1e-13);
      }
    }
  }

  private static Tensor block(Tensor gates, int number) {
    return gates.slice(1, number * UNITS, (number + 1) * UNITS);
  }

  private static Tensor gate(Tensor in, Tensor p, int number) {
    return Ops.sigmoid(block(in, number).add(block(p, number)));
  }

  /// z · h + (1 − z) · n.
  private static Tensor mixed(Tensor h, Tensor z, Tensor n) {
    return z.mul(h).add(n.sub(z.mul(n)));
  }

  @Test
  void aWeightOfTheWrongSizeIsNamedWithBothShapes() {
    try (Scope _ = Scope.noGrad()) {
      Weight in = Weight.dense(random(1, IN, 4 * UNITS));
      Weight recurrent = Weight.dense(random(2, UNITS, 3 * UNITS));
      var weights = new Recurrent.Weights(in, null, recurrent, null);
      Tensor x = random(3, STEPS, ROWS, IN);
      String message =
          assertThrows(
                  IllegalArgumentException.class,
                  () -> Ops.recurrent(Gating.LSTM, x, weights, Recurrent.State.ZERO, null, false))
              .getMessage();
      assertTrue(
          message.equals(
              "recurrent: the recurrent weight is (5, 15) but should be (5, 20) for x (4, 3, 2)"),
          message);
    }
  }
}
