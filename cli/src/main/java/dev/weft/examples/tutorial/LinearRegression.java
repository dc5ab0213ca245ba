package dev.weft.examples.tutorial;

import dev.weft.nn.Linear;
import dev.weft.nn.Losses;
import dev.weft.nn.Place;
import dev.weft.nn.optim.Sgd;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;

/// A line through noisy points.
public final class LinearRegression {
  private static final int POINTS = 64;

  private LinearRegression() {}

  /// Prints to the console.
  public static void main(String[] args) {
    // region data
    var random = new Philox(1, Philox.Purpose.SHUFFLE, 0, 0);
    float[] xs = new float[POINTS];
    float[] ys = new float[POINTS];
    for (int i = 0; i < POINTS; i++) {
      xs[i] = (float) (2 * random.nextUniform() - 1);
      ys[i] = (float) (3 * xs[i] - 0.5 + 0.1 * random.nextNormal());
    }
    // endregion

    // region train
    Device device = Devices.best();
    try (var parameters = new ParameterSet("line", device, DType.F32)) {
      Linear line = new Linear(Place.in(parameters), 1, 1); // y = w · x + b
      parameters.allocate(42); // one buffer for all weights, drawn from seed 42
      Sgd optimizer = new Sgd(parameters);
      for (int step = 0; step <= 100; step++) {
        parameters.zeroGrad();
        try (Tape tape = new Tape()) {
          Tensor x = Tensor.of(device, Shape.of(POINTS, 1), xs);
          Tensor y = Tensor.of(device, Shape.of(POINTS, 1), ys);
          Tensor loss = Losses.meanSquaredError(line.forward(x), y);
          tape.backward(loss);
          optimizer.step(0.3);
          if (step % 50 == 0) {
            System.out.printf("step %3d  loss %.4f%n", step, loss.item());
          }
        } // every temporary of the step goes back here
      }
      double w = line.weight().tensor().item();
      double b = line.bias().tensor().item();
      System.out.printf("y = %.2f x %+.2f%n", w, b);
    }
    // endregion
  }
}
