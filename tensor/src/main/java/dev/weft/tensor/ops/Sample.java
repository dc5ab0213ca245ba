package dev.weft.tensor.ops;

import dev.weft.tensor.DType;
import dev.weft.tensor.Draw;
import dev.weft.tensor.Elementary;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.Arrays;

/// One draw from each row of logits, without a copy of them to the host.
public final class Sample {
  private Sample() {}

  /// I32 (R) of logits F32 (R, V): the ids drawn, −1 where a row has NaN or +∞ after its
  /// temperature and penalty, or nothing but −∞. No gradient.
  public static Tensor apply(Tensor logits, Draw draw) {
    requireDraw(logits, draw);
    if (draw.penalty() != 0) {
      Draw.Counts counts = draw.counts();
      Require.ids("sample", counts.ids(), logits.dim(1));
      requireAscending(counts.starts().toInts(), counts.ids().dim(0));
    }
    Tensor ids = Tensor.empty(logits.device(), DType.I32, Shape.of(logits.dim(0)));
    logits.kernels().sample(ids, Views.rows(logits), draw);
    return ids;
  }

  /// The same into `ids`. What the counts hold is not looked at: nothing is copied to the host.
  public static void into(Tensor ids, Tensor logits, Draw draw) {
    requireDraw(logits, draw);
    requireInts(logits, "ids", ids, logits.dim(0));
    logits.kernels().sample(ids, Views.rows(logits), draw);
  }

  private static void requireDraw(Tensor logits, Draw draw) {
    Require.dtype("sample", "logits", logits, DType.F32);
    if (logits.shape().rank() != 2 || logits.dim(1) == 0) {
      throw new IllegalArgumentException(
          "sample: logits must be (rows, vocabulary) but are " + logits.shape());
    }
    if (!((float) draw.temperature() > 0)) {
      throw new IllegalArgumentException(
          "sample: temperature must be above 0, as F32, but is "
              + draw.temperature()
              + "; use argmax for 0");
    }
    if (draw.topK() < 0 || !(draw.topP() >= 0 && draw.topP() <= 1)) {
      throw new IllegalArgumentException(
          "sample: top-k must be at least 0 and top-p in 0 … 1 but they are "
              + draw.topK()
              + " and "
              + draw.topP());
    }
    if (draw.topP() > 0 && logits.dim(1) > Elementary.MOST_MASSES) {
      throw new IllegalArgumentException(
          "sample: top-p takes a vocabulary of at most "
              + Elementary.MOST_MASSES
              + " but it has "
              + logits.dim(1));
    }
    if (!Double.isFinite(draw.penalty()) || draw.penalty() != 0 && draw.counts() == null) {
      throw new IllegalArgumentException(
          "sample: the penalty must be finite, and have counts where it is not 0, but is "
              + draw.penalty()
              + " with counts "
              + draw.counts());
    }
    int rows = logits.dim(0);
    requireInts(logits, "steps", draw.steps(), rows);
    requireInts(logits, "sequences", draw.sequences(), rows);
    if (draw.penalty() != 0) {
      Draw.Counts counts = draw.counts();
      requireInts(logits, "starts of the counts", counts.starts(), rows + 1);
      requireInts(logits, "times", counts.times(), counts.ids().shape().last());
      requireInts(logits, "counted ids", counts.ids(), counts.ids().shape().last());
    }
  }

  private static void requireAscending(int[] starts, int end) {
    boolean ascending = starts[0] == 0 && starts[starts.length - 1] == end;
    for (int r = 1; r < starts.length; r++) {
      ascending &= starts[r - 1] <= starts[r];
    }
    if (!ascending) {
      throw new IllegalArgumentException(
          "sample: the starts of the counts must ascend from 0 to "
              + end
              + " but are "
              + Arrays.toString(starts));
    }
  }

  private static void requireInts(Tensor logits, String what, Tensor x, int count) {
    Require.sameDevice("sample", logits, x);
    Require.dtype("sample", what, x, DType.I32);
    if (!x.shape().equals(Shape.of(count))) {
      throw new IllegalArgumentException(
          "sample: " + what + " must be (" + count + ") but are " + x.shape());
    }
    if (!x.rowsContiguous()) {
      throw new IllegalArgumentException(
          "sample: " + what + " must lie side by side, unlike " + x + "; pass a contiguous copy");
    }
  }
}
