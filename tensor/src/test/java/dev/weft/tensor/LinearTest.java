package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/// What `linear` refuses.
class LinearTest {
  private final Device device = Devices.reference();

  @Test
  void aResidualIsNeverBroadcast() {
    try (Tape tape = new Tape()) {
      Tensor x = Tensor.zeros(device, DType.F32, Shape.of(2, 3));
      Weight w = Weight.dense(Tensor.zeros(device, DType.F32, Shape.of(3, 4)));
      Tensor residual = Tensor.zeros(device, DType.F32, Shape.of(4));
      assertThrows(
          IllegalArgumentException.class, () -> Ops.linear(x, w, null, Activation.NONE, residual));
      tape.watch(x);
      assertThrows(
          IllegalArgumentException.class,
          () -> Ops.linear(x, w, null, Activation.NONE, residual),
          "recorded");
    }
  }

  @Test
  void aWeightOfAnotherTypeIsRefused() {
    try (Scope _ = new Scope()) {
      Tensor x = Tensor.zeros(device, DType.F32, Shape.of(2, 3));
      Weight halves = Weight.dense(Tensor.zeros(device, DType.BF16, Shape.of(3, 4)));
      assertThrows(
          IllegalArgumentException.class, () -> Ops.linear(x, halves, null, Activation.NONE, null));
    }
  }
}
