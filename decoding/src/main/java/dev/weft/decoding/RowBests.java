package dev.weft.decoding;

import dev.weft.tensor.Ops;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.ops.TopK;

/// The most likely tokens of each row, the smaller id first among equal ones. They are found on the
/// device, and only they come to the host.
final class RowBests {
  private float[] logits = new float[0];
  private int[] ids = new int[0];
  private float[] logSums = new float[0];
  private int count;

  /// Takes the best `count` of each row of logits (rows, V); throws for NaN or +∞, and for a row of
  /// nothing but −∞.
  void load(Tensor rows, int count) {
    this.count = count;
    int size = Math.multiplyExact(rows.dim(0), count);
    if (logits.length != size) {
      logits = new float[size];
    }
    if (logSums.length != rows.dim(0)) {
      logSums = new float[rows.dim(0)];
    }
    try (Scope _ = Scope.noGrad()) {
      TopK.Result best = Ops.topK(rows, count);
      best.values().toFloats(logits);
      ids = best.ids().toInts();
      Ops.logSumExp(rows, -1).toFloats(logSums);
    }
    for (int r = 0; r < logSums.length; r++) {
      if (!Float.isFinite(logSums[r])) {
        throw new IllegalArgumentException(
            "beam search: the largest logit of row "
                + r
                + " is "
                + logits[r * count]
                + " at id "
                + ids[r * count]
                + "; it must be finite");
      }
    }
  }

  /// Tokens that each row has here.
  int count() {
    return count;
  }

  /// The id of a row's `place`-th best token, from 0.
  int id(int row, int place) {
    return ids[row * count + place];
  }

  float logit(int row, int place) {
    return logits[row * count + place];
  }

  double logProbability(int row, int place) {
    return (double) logit(row, place) - logSums[row];
  }
}
