package dev.weft.nn.optim;

import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Changes all parameters of a set by their gradients, in one pass over the flat buffers. Weight
/// decay touches matrices only: biases and gains (rank below 2) are never decayed.
public abstract sealed class Optimizer permits Sgd, Adam, AdamW, RmsProp, Adagrad {
  /// A range of the flat buffers with one weight decay.
  record Part(Tensor values, Tensor gradients, List<Tensor> moments, double decay) {}

  private final ParameterSet parameters;
  private final Map<String, Tensor> moments = new LinkedHashMap<>();
  private final List<Part> parts = new ArrayList<>();
  private long steps;

  /// For an allocated set; `moments` names the flat buffers that the rule keeps.
  Optimizer(ParameterSet parameters, double decay, String... moments) {
    this.parameters = parameters;
    requireAtLeastZero("decay", decay);
    for (String moment : moments) {
      this.moments.put(moment, parameters.moments());
    }
    long all = parameters.flatSize();
    long decayed = decay == 0 ? 0 : parameters.decayedSize();
    addPart(0, decayed, decay);
    addPart(decayed, all, 0);
  }

  private void addPart(long from, long to, double decay) {
    if (from < to) {
      List<Tensor> cut = new ArrayList<>();
      for (Tensor moment : moments.values()) {
        cut.add(ParameterSet.range(moment, from, to));
      }
      Tensor values = ParameterSet.range(parameters.values(), from, to);
      Tensor gradients = ParameterSet.range(parameters.gradients(), from, to);
      parts.add(new Part(values, gradients, cut, decay));
    }
  }

  /// Moves every trained parameter by its gradient. Gradients stay as they are: `zeroGrad` before
  /// the next backward, or they add up.
  ///
  /// @param rate learning rate, at least 0
  public final void step(double rate) {
    requireAtLeastZero("rate", rate);
    parameters.gradients(); // zero where no backward has written
    steps++;
    for (Part part : parts) {
      update(part, rate, steps);
    }
    parameters.changed();
  }

  /// Changes one part; `step` counts from 1.
  abstract void update(Part part, double rate, long step);

  /// The parameters it changes.
  public final ParameterSet parameters() {
    return parameters;
  }

  /// Steps taken so far.
  public final long steps() {
    return steps;
  }

  /// The flat buffers it keeps from step to step, by name, laid out as the values: to save them.
  public final Map<String, Tensor> moments() {
    return Collections.unmodifiableMap(moments);
  }

  /// Goes on from `steps` steps, after the [#moments()] were loaded.
  public final void resume(long steps) {
    this.steps = steps;
  }

  static void requireAtLeastZero(String what, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "optimizer: " + what + " must be finite and at least 0 but is " + value);
    }
  }

  static void requireShare(String what, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(
          "optimizer: " + what + " must lie in [0, 1) but is " + value);
    }
  }
}
