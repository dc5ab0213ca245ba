package dev.weft.rnn;

import dev.weft.tensor.Ops;
import dev.weft.tensor.Tensor;

/// Scores of classes before the softmax. They and [Probabilities] are types of their own, each with
/// its own loss, so that no softmax is applied twice and none is left out.
///
/// @param values (B, classes)
public record Logits(Tensor values) {
  /// Mean cross entropy against labels I32 (B), a scalar.
  public Tensor loss(Tensor labels) {
    return Ops.crossEntropy(values, labels);
  }

  /// The softmax.
  public Probabilities probabilities() {
    return new Probabilities(Ops.softmax(values));
  }

  /// The likeliest class of each row, the first of equals.
  public int[] classes() {
    return Ops.argmax(values).toInts();
  }
}
