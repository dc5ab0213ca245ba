package dev.weft.rnn;

import dev.weft.tensor.Ops;
import dev.weft.tensor.Tensor;

/// Probabilities of classes, as a softmax gives them; see [Logits].
///
/// @param values (B, classes): each row adds up to 1
public record Probabilities(Tensor values) {
  private static final double TOLERANCE = 1e-4;

  /// Throws when a row is no distribution: when logits were passed, say.
  public Probabilities {
    values.shape().requireRank(2, "probabilities", "the tensor");
    double[] elements = values.toDoubles();
    int classes = values.dim(1);
    for (int b = 0; b < values.dim(0); b++) {
      double sum = 0;
      double least = Double.POSITIVE_INFINITY;
      for (int j = 0; j < classes; j++) {
        sum += elements[b * classes + j];
        least = Math.min(least, elements[b * classes + j]);
      }
      if (!(Math.abs(sum - 1) <= TOLERANCE && least >= 0)) {
        throw new IllegalArgumentException(
            "probabilities: row "
                + b
                + " adds up to "
                + sum
                + " and its least is "
                + least
                + "; pass logits to Logits, whose loss has the softmax in it");
      }
    }
  }

  /// Mean cross entropy against labels I32 (B), a scalar.
  public Tensor loss(Tensor labels) {
    return Ops.crossEntropyOfProbabilities(values, labels);
  }
}
