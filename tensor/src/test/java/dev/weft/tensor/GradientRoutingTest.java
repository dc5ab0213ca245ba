package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Where a gradient goes: views, broadcasts, repeated inputs, scatters and parameters.
class GradientRoutingTest {
  private final Device device = Devices.reference();
  private long before;

  /// Fills the pool's free blocks with NaN, so that a gradient that is read before it is written,
  /// or added to something undefined, shows.
  @BeforeEach
  void dirtyThePool() {
    try (Scope scope = new Scope()) {
      for (int size = 1; size <= 256; size *= 2) {
        for (int i = 0; i < 8; i++) {
          device.kernels().fill(scope.empty(device, DType.F32, Shape.of(size)), Double.NaN);
        }
      }
    }
    before = device.stats().liveBytes();
  }

  @AfterEach
  void everythingWasGivenBack() {
    assertEquals(before, device.stats().liveBytes());
  }

  private Tensor ramp(int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i + 1;
    }
    return Tensor.of(device, shape, values);
  }

  @Test
  void theGradientOfASliceLeavesTheRestOfItsBaseAtZero() {
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(ramp(2, 3));
      tape.backward(Ops.sum(x.slice(1, 1, 2).mul(5)));
      assertArrayEquals(new float[] {0, 5, 0, 0, 5, 0}, tape.grad(x).toFloats());
    }
  }

  @Test
  void slicesOfOneTensorFillItsGradientTogether() {
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(ramp(2, 3));
      Tensor weighted =
          x.slice(1, 0, 1).mul(2).add(x.slice(1, 1, 2).mul(3)).add(x.slice(1, 2, 3).mul(4));
      tape.backward(Ops.sum(weighted));
      assertArrayEquals(new float[] {2, 3, 4, 2, 3, 4}, tape.grad(x).toFloats());
    }
  }

  @Test
  void aTransposedViewWritesTheGradientOfItsBaseInPlace() {
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(ramp(2, 3));
      tape.backward(Ops.sum(x.transpose().mul(ramp(3, 2))));
      assertArrayEquals(new float[] {1, 3, 5, 2, 4, 6}, tape.grad(x).toFloats());
    }
  }

  @Test
  void aBroadcastInputGetsTheSumOverWhereItWent() {
    try (Tape tape = new Tape()) {
      Tensor row = tape.watch(ramp(3));
      Tensor column = tape.watch(ramp(2, 1));
      tape.backward(Ops.sum(row.mul(column)));
      assertArrayEquals(new float[] {3, 3, 3}, tape.grad(row).toFloats());
      assertArrayEquals(new float[] {6, 6}, tape.grad(column).toFloats());
    }
  }

  @Test
  void aTensorUsedTwiceInOneOpGetsBothGradients() {
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(ramp(3));
      tape.backward(Ops.sum(x.mul(x)));
      assertArrayEquals(new float[] {2, 4, 6}, tape.grad(x).toFloats());
    }
  }

  @Test
  void aTensorUsedByManyOpsGetsTheSumOfTheirGradients() {
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(ramp(3));
      tape.backward(Ops.sum(x.mul(2).add(x.mul(x)).sub(x)));
      assertArrayEquals(new float[] {3, 5, 7}, tape.grad(x).toFloats());
    }
  }

  @Test
  @DisplayName("S0-29: used embedding rows get gradients, repeated ids sum, unused rows exactly 0")
  void embeddingRowsNobodyUsedGetExactlyZero() {
    try (Tape tape = new Tape()) {
      Tensor table = tape.watch(ramp(4, 2));
      Tensor rows = Ops.embedding(table, Tensor.ids(device, Shape.of(3), 2, 0, 2));
      tape.backward(Ops.sum(rows.mul(ramp(3, 2))));
      assertArrayEquals(new float[] {3, 4, 0, 0, 6, 8, 0, 0}, tape.grad(table).toFloats());
    }
  }

  @Test
  @DisplayName("S0-10: without zeroGrad a second backward doubles the gradients")
  void parameterGradientsOutliveTheTapeAndAddUp() {
    try (var parameters = new ParameterSet("model", device, DType.F32)) {
      Parameter w = parameters.add("w", Shape.of(2, 2), Initializer.ONES);
      Parameter unused = parameters.add("unused", Shape.of(3), Initializer.ONES);
      parameters.allocate(1);
      parameters.zeroGrad();
      step(w);
      assertArrayEquals(new float[] {1, 2, 3, 4}, w.gradient().toFloats());
      step(w);
      assertArrayEquals(new float[] {2, 4, 6, 8}, w.gradient().toFloats());
      parameters.zeroGrad();
      step(w);
      assertArrayEquals(new float[] {1, 2, 3, 4}, w.gradient().toFloats());
      assertArrayEquals(new float[3], unused.gradient().toFloats());
    }
  }

  @Test
  void aGradientOfAnEarlierStepIsNeverShown() {
    try (var parameters = new ParameterSet("model", device, DType.F32)) {
      Parameter w = parameters.add("w", Shape.of(2, 2), Initializer.ONES);
      Parameter bias = parameters.add("bias", Shape.of(2), Initializer.ONES);
      parameters.allocate(1);
      parameters.zeroGrad();
      try (Tape tape = new Tape()) {
        tape.backward(Ops.sum(w.tensor().add(bias.tensor())));
      }
      assertArrayEquals(new float[] {2, 2}, bias.gradient().toFloats());
      parameters.zeroGrad();
      step(w);
      assertArrayEquals(new float[2], bias.gradient().toFloats());
    }
  }

  private void step(Parameter w) {
    try (Tape tape = new Tape()) {
      tape.backward(Ops.sum(w.tensor().mul(ramp(2, 2))));
    }
  }

  @Test
  @DisplayName("S0-32: a tied matrix gets the sum of the gradients of both uses")
  void aTiedMatrixGetsTheGradientsOfBothUses() {
    float[] tied = new float[12];
    float[] asTable = new float[12];
    float[] asHead = new float[12];
    try (Tape tape = new Tape()) {
      Tensor both = tape.watch(ramp(4, 3));
      tape.backward(tiedLoss(both, both));
      tape.grad(both).toFloats(tied);
    }
    try (Tape tape = new Tape()) {
      Tensor table = tape.watch(ramp(4, 3));
      Tensor head = tape.watch(ramp(4, 3));
      tape.backward(tiedLoss(table, head));
      tape.grad(table).toFloats(asTable);
      tape.grad(head).toFloats(asHead);
    }
    for (int i = 0; i < tied.length; i++) {
      assertEquals(asTable[i] + asHead[i], tied[i], 1e-6f * Math.abs(tied[i]) + 1e-7f);
      assertTrue(asHead[i] != 0, "every row of the head takes part");
    }
  }

  private Tensor tiedLoss(Tensor table, Tensor head) {
    Tensor ids = Tensor.ids(device, Shape.of(3), 0, 2, 2);
    Tensor hidden = Ops.embedding(table, ids).mul(0.1);
    Tensor logits = Ops.linear(hidden, head.transpose(), (Tensor) null);
    return Ops.crossEntropy(logits, Tensor.ids(device, Shape.of(3), 1, 0, 3));
  }

  @Test
  @DisplayName("S0-33: tying matrices of different sizes throws with both shapes")
  void tyingMatricesOfDifferentSizesThrows() {
    try (Scope _ = new Scope()) {
      Tensor hidden = ramp(2, 5);
      Tensor table = ramp(4, 3);
      var error =
          assertThrows(
              IllegalArgumentException.class,
              () -> Ops.linear(hidden, table.transpose(), (Tensor) null));
      assertTrue(error.getMessage().contains("(2, 5)") && error.getMessage().contains("(3, 4)"));
    }
  }

  @Test
  @DisplayName("S0-34: a gradient through 20 equal factors is their power")
  void repeatedFactorsMakeGradientsVanishOrExplode() {
    assertEquals(9.5367431640625e-7, slopeThrough(0.5, 20), 1e-18);
    assertEquals(3325.2567300796509, slopeThrough(1.5, 20), 1e-9);
  }

  private double slopeThrough(double factor, int steps) {
    try (Tape tape = new Tape()) {
      Tensor h = tape.watch(Tensor.of(device, Shape.of(1), 0.3));
      Tensor state = h;
      for (int i = 0; i < steps; i++) {
        state = state.mul(factor);
      }
      tape.backward(Ops.sum(state));
      return tape.grad(h).item();
    }
  }

  @Test
  void gradientsPassThroughACastAndBack() {
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(ramp(3));
      Tensor wide = x.cast(DType.F64);
      tape.backward(Ops.sum(wide.mul(wide)).cast(DType.F32));
      assertArrayEquals(new float[] {2, 4, 6}, tape.grad(x).toFloats());
    }
  }

  @Test
  void aDetachedTensorGetsNoGradient() {
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(ramp(3));
      tape.backward(Ops.sum(x.mul(x.detach())));
      assertArrayEquals(new float[] {1, 2, 3}, tape.grad(x).toFloats());
    }
  }

  @Test
  @DisplayName("S0-10: nothing is recorded without gradients")
  void nothingIsRecordedInANoGradScope() {
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(ramp(3));
      try (Scope _ = Scope.noGrad()) {
        assertFalse(x.mul(2).tracked());
      }
      assertEquals(0, tape.size());
    }
  }

  @Test
  void aSecondBackwardThrows() {
    try (Tape tape = new Tape()) {
      Tensor loss = Ops.sum(tape.watch(ramp(3)).mul(2));
      tape.backward(loss);
      var error = assertThrows(IllegalStateException.class, () -> tape.backward(loss));
      assertTrue(error.getMessage().contains("has already run"), error.getMessage());
    }
  }

  @Test
  void recordingAfterBackwardThrows() {
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(ramp(3));
      tape.backward(Ops.sum(x));
      var error = assertThrows(IllegalStateException.class, () -> x.mul(2));
      assertTrue(error.getMessage().contains("backward has run"), error.getMessage());
    }
  }

  @Test
  void backwardFromManyElementsOrFromNothingTrackedThrows() {
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(ramp(3));
      var many = assertThrows(IllegalArgumentException.class, () -> tape.backward(x.mul(2)));
      assertTrue(many.getMessage().contains("(3)"), many.getMessage());
      Tensor constant = Ops.sum(ramp(3));
      var none = assertThrows(IllegalStateException.class, () -> tape.backward(constant));
      assertTrue(none.getMessage().contains("does not depend"), none.getMessage());
    }
  }

  @Test
  void overwritingARecordedTensorThrows() {
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(ramp(3));
      Tensor y = x.mul(x);
      assertThrows(IllegalStateException.class, () -> y.set(1f, 2f, 3f));
      assertThrows(IllegalStateException.class, () -> x.set(1f, 2f, 3f));
      tape.backward(Ops.sum(y));
      assertArrayEquals(new float[] {2, 4, 6}, tape.grad(x).toFloats());
    }
  }

  @Test
  void aSecondDerivativeThrows() {
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(ramp(1));
      tape.backward(Ops.sum(x.mul(x)));
      Tensor slope = tape.grad(x);
      assertFalse(slope.tracked());
      assertThrows(IllegalStateException.class, () -> tape.backward(Ops.sum(slope)));
    }
  }
}
