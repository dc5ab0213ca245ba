package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

  @Test
  void aPackRefusesToLoseTheGradientOfItsParameters() {
    try (var parameters = new ParameterSet("model", device, DType.F32);
        Tape tape = new Tape()) {
      Parameter w = parameters.add("w", Shape.of(3, 2), Initializer.ONES);
      parameters.allocate(1);
      Weight pack = Weight.pack(w.tensor(), DType.F32, tape);
      Tensor x =
          Tensor.zeros(
              device,
              DType.F32,
              Shape.of(1, 3)); // a constant: nothing but the weight could be recorded
      var error =
          assertThrows(
              IllegalStateException.class, () -> Ops.linear(x, pack, null, Activation.NONE, null));
      assertTrue(error.getMessage().contains("no gradient"), error.getMessage());
      Tensor ids = Tensor.ids(device, Shape.of(1), 1);
      assertThrows(IllegalStateException.class, () -> Ops.embedding(pack, ids));
      try (Scope _ = Scope.noGrad()) {
        Ops.linear(x, pack, null, Activation.NONE, null);
        Ops.embedding(pack, ids);
      }
    }
  }
}
