package dev.weft.nn.io;

import dev.weft.nn.Resumable;
import dev.weft.nn.SavedState;
import dev.weft.nn.optim.Adam;
import dev.weft.nn.optim.EarlyStopping;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Initializer;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A run in which every number is the same, so that a save shows whether it is of one piece.
final class NumberedRun implements Resumable, AutoCloseable {
  private final ParameterSet parameters;
  private final Adam adam;
  private final EarlyStopping stopping;
  private long number;

  NumberedRun(Device device, int size) {
    parameters = new ParameterSet("numbered", device, DType.F32);
    parameters.add("matrix", Shape.of(size, 3), Initializer.ZEROS);
    parameters.add("bias", Shape.of(5), Initializer.ZEROS);
    parameters.add("buffer", Shape.of(2), Parameter.Kind.BUFFER, Initializer.ZEROS);
    parameters.allocate();
    adam = new Adam(parameters);
    stopping = new EarlyStopping(parameters, 3, 0);
  }

  Checkpoints.Run run() {
    return new Checkpoints.Run(adam, stopping, List.of(this));
  }

  ParameterSet parameters() {
    return parameters;
  }

  NumberedRun set(long number) {
    this.number = number;
    for (Tensor flat : flat()) {
      flat.kernels().fill(flat, (double) number);
    }
    adam.resume(number);
    return this;
  }

  /// The number that everything has; throws when something differs.
  long number() {
    for (Tensor flat : flat()) {
      for (float value : flat.toFloats()) {
        if (value != number && value != 0) { // gaps between parameters stay zero
          throw new AssertionError("torn: " + value + " beside " + number);
        }
      }
    }
    for (Parameter parameter : parameters.all()) {
      if (parameter.tensor().toFloats()[0] != number) {
        throw new AssertionError(parameter + " is not " + number);
      }
    }
    if (adam.steps() != number) {
      throw new AssertionError("the optimizer is at " + adam.steps() + ", not " + number);
    }
    return number;
  }

  private List<Tensor> flat() {
    return List.of(
        parameters.valuesAndBuffers(),
        adam.moments().get("first"),
        adam.moments().get("second"),
        stopping.best());
  }

  @Override
  public void save(SavedState state) {
    state.put("number", number);
  }

  @Override
  public void resume(SavedState state) {
    number = state.getLong("number");
  }

  @Override
  public void close() {
    stopping.close();
    parameters.close();
  }

  /// Saves 1, 2, 3 … into a folder until it is killed, and says each when it is saved.
  static final class Endless {
    private Endless() {}

    public static void main(String[] args) throws IOException {
      Device device = Devices.reference();
      Checkpoints checkpoints = new Checkpoints(Path.of(args[0]), 2);
      try (NumberedRun run = new NumberedRun(device, 100_000)) {
        if (checkpoints.latest().isPresent()) {
          checkpoints.load(checkpoints.latest().get(), run.run());
        }
        for (long number = run.number() + 1; ; number++) {
          checkpoints.save(run.set(number).run());
          System.out.println(number);
        }
      }
    }
  }
}
