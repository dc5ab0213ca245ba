package dev.weft.examples;

import dev.weft.tensor.Device;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// Tensors of numbers that mean nothing.
final class RandomData {
  private RandomData() {}

  /// Standard normal numbers.
  static Tensor normal(Device device, Philox random, int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[Math.toIntExact(shape.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextNormal();
    }
    return Tensor.of(device, shape, values);
  }

  /// Whole numbers from 0 to `bound` − 1.
  static Tensor ids(Device device, Philox random, int bound, int... dims) {
    Shape shape = Shape.of(dims);
    int[] values = new int[Math.toIntExact(shape.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(bound);
    }
    return Tensor.ids(device, shape, values);
  }
}
