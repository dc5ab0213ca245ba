package dev.weft.rnn;

import dev.weft.nn.Layer;
import java.util.function.Supplier;

/// Runs of a model that drop nothing, whatever mode it is in.
final class Evaluation {
  private Evaluation() {}

  /// What `run` gives while `model` is in evaluation mode.
  static <T> T of(Layer model, Supplier<T> run) {
    boolean training = model.training();
    model.eval();
    try {
      return run.get();
    } finally {
      if (training) {
        model.train();
      }
    }
  }
}
