package dev.weft.nn;

import dev.weft.tensor.Ops;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Unary;
import dev.weft.tensor.ops.CrossEntropy;
import java.util.Arrays;

/// Losses over whole batches, each a scalar mean; the rest are ops: `Ops.crossEntropy`, `Ops.nll`,
/// `Ops.binaryCrossEntropy`.
public final class Losses {
  /// The target that counts for nothing.
  public static final int IGNORED = CrossEntropy.Options.PLAIN.ignore();

  private Losses() {}

  /// The mean of (prediction − target)², one shape.
  public static Tensor meanSquaredError(Tensor prediction, Tensor target) {
    prediction.shape().requireSame(target.shape(), "meanSquaredError");
    return Ops.mean(Ops.unary(Unary.SQUARE, Ops.sub(prediction, target)));
  }

  /// Row-major targets (B, T) for `Ops.crossEntropy` of sequences of different lengths: sequence b
  /// is `targets[b]`, filled up with [#IGNORED], so that the mean is over real tokens only.
  public static int[] padded(int[][] targets, int length) {
    int[] ids = new int[Math.multiplyExact(targets.length, length)];
    Arrays.fill(ids, IGNORED);
    for (int b = 0; b < targets.length; b++) {
      if (targets[b].length > length) {
        throw new IllegalArgumentException(
            "padded: sequence " + b + " has " + targets[b].length + " tokens, more than " + length);
      }
      System.arraycopy(targets[b], 0, ids, b * length, targets[b].length);
    }
    return ids;
  }
}
