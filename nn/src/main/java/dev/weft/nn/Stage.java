package dev.weft.nn;

import dev.weft.tensor.Tensor;

/// A map from one tensor to one tensor: most layers, and ops such as `Ops::gelu`.
@FunctionalInterface
public interface Stage {
  /// The output, in the thread's scope.
  Tensor forward(Tensor x);
}
