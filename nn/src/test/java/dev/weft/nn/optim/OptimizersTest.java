package dev.weft.nn.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.nn.OnDevices;
import dev.weft.tensor.Initializer;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Shape;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OptimizersTest extends OnDevices {
  @Test
  @DisplayName("S0-08: Adam's first step moves every weight by rate · sign(g)")
  void firstAdamStepIsTheSign() {
    try (ParameterSet set = parameters()) {
      Parameter w = set.add("w", Shape.of(4), Initializer.ONES);
      set.allocate(0);
      Adam adam = new Adam(set);
      w.gradient().set(1e-4f, -3, 700, 0);
      adam.step(0.01);
      float[] moved = w.tensor().toFloats();
      assertEquals(0.99, moved[0], 2e-6);
      assertEquals(1.01, moved[1], 1e-6);
      assertEquals(0.99, moved[2], 1e-6);
      assertEquals(1, moved[3]);
    }
  }

  @Test
  @DisplayName("S0-08: Adam follows its formula, bias correction included")
  void adamFollowsItsFormula() {
    try (ParameterSet set = parameters()) {
      Parameter w = set.add("w", Shape.of(1), Initializer.ONES);
      set.allocate(0);
      Adam adam = new Adam(set, 0.9, 0.999, 1e-8, 0);
      double p = 1;
      double m = 0;
      double v = 0;
      for (int t = 1; t <= 20; t++) {
        double g = 0.3 * t - 2;
        w.gradient().set((float) g);
        adam.step(0.05);
        m = 0.9 * m + 0.1 * g;
        v = 0.999 * v + 0.001 * g * g;
        p -= 0.05 * (m / (1 - Math.pow(0.9, t))) / (Math.sqrt(v / (1 - Math.pow(0.999, t))) + 1e-8);
        assertEquals(p, w.tensor().toFloats()[0], 2e-6);
      }
      assertEquals(20, adam.steps());
    }
  }

  @Test
  void decayTouchesMatricesOnly() {
    for (int kind = 0; kind < 3; kind++) {
      try (ParameterSet set = parameters()) {
        Parameter matrix = set.add("matrix", Shape.of(3, 1), Initializer.ONES);
        Parameter bias = set.add("bias", Shape.of(3), Initializer.ONES);
        set.allocate(0);
        Optimizer optimizer =
            switch (kind) {
              case 0 -> new Sgd(set, 0.9, false, 0.5);
              case 1 -> new Adam(set, 0.9, 0.999, 1e-8, 0.5);
              default -> new AdamW(set, 0.9, 0.999, 1e-8, 0.5);
            };
        optimizer.step(0.1);
        float shrunk = kind == 1 ? 0.9f : 0.95f;
        assertEquals(shrunk, matrix.tensor().toFloats()[1], 1e-6, optimizer.toString());
        assertArrayEquals(new float[] {1, 1, 1}, bias.tensor().toFloats());
      }
    }
  }

  @Test
  void aStepWithoutBackwardSeesNoOldGradient() {
    try (ParameterSet set = parameters()) {
      Parameter w = set.add("w", Shape.of(2), Initializer.ONES);
      set.allocate(0);
      Sgd sgd = new Sgd(set);
      w.gradient().set(5f, 5f);
      set.zeroGrad();
      sgd.step(1);
      assertArrayEquals(new float[] {1, 1}, w.tensor().toFloats());
    }
  }

  @Test
  void wrongSettingsThrow() {
    try (ParameterSet set = parameters()) {
      set.add("w", Shape.of(2), Initializer.ONES);
      set.allocate(0);
      assertThrows(IllegalArgumentException.class, () -> new Sgd(set, 0, true, 0));
      assertThrows(IllegalArgumentException.class, () -> new Sgd(set, 1, false, 0));
      assertThrows(IllegalArgumentException.class, () -> new AdamW(set, 0.9, 1, 1e-8, 0));
      assertThrows(IllegalArgumentException.class, () -> new Adam(set, 0.9, 0.9, 1e-8, -1));
      assertThrows(IllegalArgumentException.class, () -> new RmsProp(set).step(Double.NaN));
      assertThrows(IllegalArgumentException.class, () -> new Adagrad(set).step(-1));
    }
  }
}
