package dev.weft.examples.tutorial;

import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.Arrays;

/// Tensors, views and scopes.
public final class Tensors {
  private Tensors() {}

  /// Prints to the console.
  public static void main(String[] args) {
    // region making
    Device device = Devices.best();
    try (Scope _ = new Scope()) {
      Tensor a = Tensor.of(device, Shape.of(2, 3), 1, 2, 3, 4, 5, 6f);
      Tensor b = Tensor.of(device, Shape.of(3), 10, 20, 30f);
      Tensor sum = a.add(b); // (2, 3) and (3) broadcast to (2, 3)
      System.out.println(sum.shape() + " " + Arrays.toString(sum.toFloats()));
    }
    // endregion

    // region views
    try (Scope _ = new Scope()) {
      Tensor a = Tensor.of(device, Shape.of(2, 3), 1, 2, 3, 4, 5, 6f);
      Tensor columns = a.transpose(); // (3, 2), the same memory
      Tensor middle = columns.slice(0, 1, 2); // (1, 2), the same memory
      System.out.println(Arrays.toString(middle.toFloats()));
      System.out.println(Arrays.toString(Ops.softmax(a).toFloats()));
    }
    // endregion

    // region closed
    Tensor late;
    try (Scope _ = new Scope()) {
      late = Tensor.of(device, Shape.of(2), 1, 2f);
    }
    try (Scope _ = new Scope()) {
      Ops.softmax(late);
    } catch (IllegalStateException e) {
      System.out.println(e.getMessage());
    }
    // endregion
  }
}
