package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// What a tape watches, refuses and forgets.
class TapeTest extends OnReference {
  private Tensor vector(double... values) {
    return Tensor.of(device, Shape.of(values.length), values);
  }

  private ParameterSet parameter(String name, float... values) {
    ParameterSet set = new ParameterSet("test", device, DType.F64);
    set.add(
        name,
        Shape.of(values.length),
        (target, _, _) -> System.arraycopy(values, 0, target, 0, values.length));
    return set.allocate(1);
  }

  @Test
  void aWatchedTensorIsForgottenWithItsTape() {
    try (Scope _ = new Scope()) {
      Tensor x = vector(1, 2, 3);
      Tensor part;
      try (Tape tape = new Tape()) {
        tape.watch(x);
        part = x.slice(0, 0, 2);
        tape.backward(part.sum());
      }
      assertFalse(x.tracked());
      assertFalse(part.tracked(), "a view made while its base was watched");
      try (Tape tape = new Tape()) {
        part.mul(2);
        assertEquals(0, tape.size());
        tape.watch(x);
        tape.backward(x.mul(3).sum());
        assertArrayEquals(new double[] {3, 3, 3}, tape.grad(x).toDoubles());
      }
    }
  }

  @Test
  void watchingAParameterLeavesItAParameter() {
    try (ParameterSet set = parameter("w", 2)) {
      Tensor w = set.get("w").tensor();
      try (Tape tape = new Tape()) {
        tape.backward(tape.watch(w).mul(3).sum());
        assertArrayEquals(new double[] {3}, tape.grad(w).toDoubles());
      }
      try (Tape tape = new Tape()) {
        tape.backward(w.mul(4).sum());
      }
      assertArrayEquals(new double[] {7}, set.get("w").gradient().toDoubles());
    }
  }

  @Test
  void aWatchedIntermediateKeepsItsGradient() {
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(vector(2, 3));
      Tensor y = tape.watch(x.mul(x));
      tape.backward(y.mul(5).sum());
      assertArrayEquals(new double[] {5, 5}, tape.grad(y).toDoubles());
      assertArrayEquals(new double[] {20, 30}, tape.grad(x).toDoubles());
    }
  }

  @Test
  void anInnerTapeRefusesWhatAnOuterOneRecords() {
    try (Tape outer = new Tape()) {
      Tensor x = outer.watch(vector(2, 3));
      Tensor y = x.mul(x);
      try (Tape inner = new Tape()) {
        assertThrows(IllegalStateException.class, () -> y.mul(2));
        assertThrows(IllegalStateException.class, () -> x.mul(2));
        Tensor leaf = inner.watch(vector(4));
        inner.backward(leaf.mul(y.detach().sum()).sum());
        assertArrayEquals(new double[] {13}, inner.grad(leaf).toDoubles());
      }
      outer.backward(y.sum());
      assertArrayEquals(new double[] {4, 6}, outer.grad(x).toDoubles());
    }
  }

  @Test
  void anInnerTapeRefusesWhatAnOuterOneWatchesButHasNotUsed() {
    try (Tape outer = new Tape()) {
      Tensor x = outer.watch(vector(2, 3));
      try (Tape inner = new Tape()) {
        var used = assertThrows(IllegalStateException.class, () -> x.mul(2));
        assertTrue(used.getMessage().contains("another tape"), used.getMessage());
        assertThrows(IllegalStateException.class, () -> inner.watch(x));
      }
      outer.backward(x.mul(x).sum());
      try (Tape inner = new Tape()) {
        assertThrows(IllegalStateException.class, () -> inner.watch(x), "it would add to it");
        assertThrows(IllegalStateException.class, () -> x.mul(2));
      }
      assertArrayEquals(new double[] {4, 6}, outer.grad(x).toDoubles());
    }
  }

  @Test
  void anInnerTapeMayNotWatchWhatAnOuterOneMade() {
    try (Tape outer = new Tape()) {
      Tensor x = outer.watch(vector(2, 3));
      Tensor y = x.mul(x);
      try (Tape inner = new Tape()) {
        assertThrows(IllegalStateException.class, () -> inner.watch(y));
        Tensor copy = inner.watch(y.detach());
        inner.backward(copy.mul(3).sum());
        assertArrayEquals(new double[] {3, 3}, inner.grad(copy).toDoubles());
      }
      outer.backward(y.mul(2).sum());
      assertArrayEquals(new double[] {8, 12}, outer.grad(x).toDoubles());
    }
  }

  @Test
  void backwardWantsALossOfItsOwn() {
    try (Tape outer = new Tape()) {
      Tensor loss = outer.watch(vector(2)).mul(3).sum();
      try (Tape inner = new Tape()) {
        assertThrows(IllegalStateException.class, () -> inner.backward(loss));
      }
      outer.backward(loss);
    }
  }

  @Test
  void parametersMayNotChangeBetweenForwardAndBackward() {
    try (ParameterSet set = parameter("w", 2)) {
      Tensor w = set.get("w").tensor();
      try (Tape tape = new Tape()) {
        Tensor loss = w.mul(w).sum();
        w.set(5.0);
        assertThrows(IllegalStateException.class, () -> tape.backward(loss));
      }
    }
  }

  @Test
  void recordedTensorsMayNotChangeBeforeBackward() {
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(vector(2));
      Tensor factor = vector(3);
      Tensor loss = x.mul(factor).sum();
      assertThrows(IllegalStateException.class, () -> factor.set(4.0));
      tape.backward(loss);
      factor.set(4.0);
    }
  }

  @Test
  void aTapeRunsBackwardOnce() {
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(vector(2));
      Tensor loss = x.mul(x).sum();
      tape.backward(loss);
      assertThrows(IllegalStateException.class, () -> tape.backward(loss));
      assertThrows(IllegalStateException.class, () -> x.mul(2));
    }
  }

  @Test
  void backwardOfAConstantIsRefused() {
    try (Tape tape = new Tape()) {
      Tensor constant = vector(2).sum();
      assertThrows(IllegalStateException.class, () -> tape.backward(constant));
      Tensor x = tape.watch(vector(1, 2));
      assertThrows(IllegalArgumentException.class, () -> tape.backward(x.mul(2)));
    }
  }

  @Test
  void aSliceMayBeTheLoss() {
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(vector(2, 3, 4));
      tape.backward(x.mul(x).slice(0, 1, 2));
      assertArrayEquals(new double[] {0, 6, 0}, tape.grad(x).toDoubles());
    }
  }

  @Test
  void aCastToHalvesLosesNoGradientSilently() {
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(Tensor.of(device, Shape.of(2), 1f, 2f));
      for (DType half : new DType[] {DType.BF16, DType.F16}) {
        var error = assertThrows(IllegalStateException.class, () -> x.cast(half));
        assertTrue(error.getMessage().contains("detach it"), error.getMessage());
        assertArrayEquals(new double[] {1, 2}, x.detach().cast(half).toDoubles());
        try (Scope _ = Scope.noGrad()) {
          assertArrayEquals(new double[] {1, 2}, x.cast(half).toDoubles());
        }
      }
    }
  }

  @Test
  void aRepeatedViewMadeBeforeItsBaseWasWatchedIsRefused() {
    try (Tape tape = new Tape()) {
      Tensor x = vector(2, 3);
      Tensor wide = x.expand(4, 2);
      tape.watch(x);
      Tensor loss = wide.mul(2).sum();
      assertThrows(IllegalStateException.class, () -> tape.backward(loss));
    }
  }
}
