package dev.weft.tensor;

import java.util.ArrayList;
import java.util.List;

/// A function of some tensors whose gradients are checked. The same case on two devices and in two
/// element types starts from the same numbers.
///
/// @param name the op and its variant
/// @param shapes one for each input
/// @param positive whether the inputs are positive; else they are of either sign and at least 0.05
///     from 0
/// @param function the function of the inputs
record GradientCase(String name, Shape[] shapes, boolean positive, Function function) {
  /// What is differentiated.
  @FunctionalInterface
  interface Function {
    Tensor apply(Tensor[] x);
  }

  /// Starting values, exact in F32.
  double[][] inputs() {
    var random = new Philox(name.hashCode(), Philox.Purpose.INITIALISATION, 0, 0);
    double[][] inputs = new double[shapes.length][];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = new double[Math.toIntExact(shapes[i].size())];
      for (int j = 0; j < inputs[i].length; j++) {
        double value = 2 * random.nextUniform() - 1;
        inputs[i][j] = (float) (positive ? 1.1 + value : value + Math.copySign(0.05, value));
      }
    }
    return inputs;
  }

  /// A scalar: the function's elements times fixed weights, added up.
  Tensor loss(Tensor[] x) {
    Tensor y = function.apply(x);
    return Ops.sum(Ops.mul(y, constant(y, y.shape(), 77)));
  }

  /// The loss without gradients.
  double loss(Device device, DType dtype, double[][] inputs) {
    try (Scope _ = Scope.noGrad()) {
      return loss(tensors(device, dtype, inputs)).item();
    }
  }

  /// The gradient of each input, and the loss as the last array.
  List<double[]> gradients(Device device, DType dtype, double[][] inputs) {
    try (Tape tape = new Tape()) {
      Tensor[] x = tensors(device, dtype, inputs);
      for (Tensor leaf : x) {
        tape.watch(leaf);
      }
      Tensor loss = loss(x);
      tape.backward(loss);
      List<double[]> gradients = new ArrayList<>();
      for (Tensor leaf : x) {
        gradients.add(tape.grad(leaf).toDoubles());
      }
      gradients.add(loss.toDoubles());
      return gradients;
    }
  }

  private Tensor[] tensors(Device device, DType dtype, double[][] inputs) {
    Tensor[] x = new Tensor[inputs.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = tensor(device, dtype, shapes[i], inputs[i]);
    }
    return x;
  }

  private static Tensor tensor(Device device, DType dtype, Shape shape, double[] values) {
    if (dtype == DType.F64) {
      return Tensor.of(device, shape, values);
    }
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return Tensor.of(device, shape, floats);
  }

  /// Numbers in [0.5, 1.5) on the device and in the type of `like`.
  static Tensor constant(Tensor like, Shape shape, long seed) {
    var random = new Philox(seed, Philox.Purpose.INITIALISATION, 1, 0);
    double[] values = new double[Math.toIntExact(shape.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.5 + random.nextUniform());
    }
    return tensor(like.device(), like.dtype(), shape, values);
  }

  @Override
  public String toString() {
    return name;
  }
}
