package dev.weft.rnn;

import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// Which steps of a padded batch are real: BOOL (T, B), true where they are.
public final class Mask {
  private Mask() {}

  /// True at the first `lengths[b]` of `steps` steps of row b; in the thread's scope.
  public static Tensor ofLengths(Device device, int steps, int... lengths) {
    int rows = lengths.length;
    int[] real = new int[Math.multiplyExact(steps, rows)];
    for (int b = 0; b < rows; b++) {
      if (lengths[b] < 0 || lengths[b] > steps) {
        throw new IllegalArgumentException(
            "mask: row " + b + " has length " + lengths[b] + " but there are " + steps + " steps");
      }
      for (int t = 0; t < lengths[b]; t++) {
        real[t * rows + b] = 1;
      }
    }
    return Tensor.empty(device, DType.BOOL, Shape.of(steps, rows)).set(real);
  }
}
