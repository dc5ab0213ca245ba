package dev.weft.nn;

import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A named part of a model: it may have parameters (in a `ParameterSet`), parts of its own, a
/// training mode and observers. It prescribes no signature for forward, since layers differ in what
/// they take (a [Stage] takes one tensor); a forward ends in `return passed(x, y)`, which is what
/// shows it to the observers.
public abstract class Layer {
  /// Sees the input and the output of a layer each time it has run. The tensors are valid during
  /// the call only.
  @FunctionalInterface
  public interface Observer {
    /// Called after `layer` made `output` of `input`.
    void passed(Layer layer, Tensor input, Tensor output);
  }

  private final String name;
  private final List<Layer> children = new ArrayList<>();
  private final List<Observer> observers = new CopyOnWriteArrayList<>();
  private volatile boolean training = true;

  /// A layer whose name is the path of its parameters, with the parts it runs.
  protected Layer(String name, Layer... children) {
    this.name = name;
    this.children.addAll(Arrays.asList(children));
  }

  /// Adds a part, so that modes and observers reach it; returns it.
  protected final <L extends Layer> L part(L layer) {
    children.add(layer);
    return layer;
  }

  /// The full name, as in `h.0.mlp`; may be empty for a root.
  public final String name() {
    return name;
  }

  /// Its direct parts, in order of declaration.
  public final List<Layer> children() {
    return Collections.unmodifiableList(children);
  }

  /// This layer and all layers below it, parents first.
  public final List<Layer> layers() {
    List<Layer> all = new ArrayList<>(List.of(this));
    for (Layer child : children) {
      all.addAll(child.layers());
    }
    return all;
  }

  /// Switches this layer and all below to training: dropout drops, batch norm uses its batch.
  public final void train() {
    training(true);
  }

  /// Switches this layer and all below to evaluation: the same input gives the same output.
  public final void eval() {
    training(false);
  }

  /// Whether it is in training mode, as it is at first.
  public final boolean training() {
    return training;
  }

  private void training(boolean mode) {
    training = mode;
    for (Layer child : children) {
      child.training(mode);
    }
  }

  /// Shows every further run of this layer (not of its parts) to `observer`.
  public final void observe(Observer observer) {
    observers.add(observer);
  }

  /// Takes an observer back.
  public final void forget(Observer observer) {
    observers.remove(observer);
  }

  /// Whether this layer, or one below it, has an observer.
  public final boolean observed() {
    if (!observers.isEmpty()) {
      return true;
    }
    for (Layer child : children) {
      if (child.observed()) {
        return true;
      }
    }
    return false;
  }

  /// Shows a run to the observers; returns `output`. Costs one test where there are none.
  protected final Tensor passed(Tensor input, Tensor output) {
    if (!observers.isEmpty()) {
      for (Observer observer : observers) {
        observer.passed(this, input, output);
      }
    }
    return output;
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + (name.isEmpty() ? "" : " " + name);
  }
}
