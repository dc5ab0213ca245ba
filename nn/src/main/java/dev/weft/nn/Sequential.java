package dev.weft.nn;

import dev.weft.tensor.Tensor;

/// Stages one after another: `new Sequential("mlp", first, Ops::gelu, second)`.
public final class Sequential extends Layer implements Stage {
  private final Stage[] stages;

  /// Runs the stages in this order; those that are layers are its parts.
  public Sequential(String name, Stage... stages) {
    super(name);
    this.stages = stages.clone();
    for (Stage stage : stages) {
      if (stage instanceof Layer layer) {
        part(layer);
      }
    }
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor y = x;
    for (Stage stage : stages) {
      y = stage.forward(y);
    }
    return passed(x, y);
  }
}
