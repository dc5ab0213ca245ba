package dev.weft.examples.tutorial;

import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import java.util.Arrays;

/// What a tape does.
public final class Gradients {
  private Gradients() {}

  /// Prints to the console.
  public static void main(String[] args) {
    Device device = Devices.best();
    // region tape
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(Tensor.of(device, Shape.of(3), 1, 2, 3f));
      Tensor y = x.mul(x).sum(); // y = x₁² + x₂² + x₃²
      tape.backward(y);
      System.out.println(y.item() + " " + Arrays.toString(tape.grad(x).toFloats())); // dy/dx = 2x
    }
    // endregion

    // region views
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(Tensor.of(device, Shape.of(2, 2), 1, 2, 3, 4f));
      Tensor right = x.slice(1, 1, 2); // the second column
      tape.backward(right.mul(10).sum());
      System.out.println(Arrays.toString(tape.grad(x).toFloats()));
    }
    // endregion

    // region nothing
    try (Tape tape = new Tape()) {
      Tensor x = tape.watch(Tensor.of(device, Shape.of(1), 3f));
      try (Scope _ = Scope.noGrad()) {
        x.mul(x); // computed, not recorded
      }
      System.out.println(tape.size() + " ops recorded");
    }
    // endregion
  }
}
