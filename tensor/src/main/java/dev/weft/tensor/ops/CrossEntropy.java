package dev.weft.tensor.ops;

import dev.weft.tensor.Ops;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;

/// Cross entropy of logits, fused with its softmax.
public final class CrossEntropy {
  private CrossEntropy() {}

  /// How the mean is taken.
  ///
  /// @param ignore targets of this value count for nothing; PyTorch's default is −100
  /// @param weights (V), or null for 1: a row counts with the weight of its target, in the mean's
  ///     divisor too; a constant: no gradient flows into them
  /// @param smoothing ε in [0, 1]: share of the target spread evenly over the classes (Szegedy et
  ///     al., 2016)
  public record Options(int ignore, Tensor weights, double smoothing) {
    /// No weights, no smoothing, −100 ignored.
    public static final Options PLAIN = new Options(-100, null, 0);

    public Options {
      if (!(smoothing >= 0 && smoothing <= 1)) {
        throw new IllegalArgumentException(
            "crossEntropy: smoothing must lie in [0, 1] but is " + smoothing);
      }
    }
  }

  /// The mean over the targets that count; throws when none does.
  public static Tensor apply(Tensor logits, Tensor targets, Options options) {
    Require.computing("crossEntropy", logits, options.weights());
    Require.sameDevice("crossEntropy", logits, targets);
    logits.shape().without(-1).requireSame(targets.shape(), "crossEntropy");
    int classes = logits.dim(-1);
    if (options.weights() != null) {
      Shape.of(classes).requireSame(options.weights().shape(), "crossEntropy");
    }
    int[] ids = Require.ids("crossEntropy", targets, classes, options.ignore());
    double total = total(ids, options);
    Tensor rows = Views.rows(logits); // (R, V)
    Tensor flat = Views.reshape(Views.contiguous(targets), rows.dim(0));
    Tensor losses = Tensor.like(logits, Shape.of(rows.dim(0)));
    Tensor stats = Tensor.like(logits, Shape.of(rows.dim(0), 2));
    Tensor weights = options.weights() == null ? null : Views.straight(options.weights().detach());
    double smoothing = options.smoothing();
    int ignore = options.ignore();
    logits.kernels().crossEntropy(losses, stats, rows, flat, weights, smoothing, ignore);
    Tape.record(
        "crossEntropy",
        losses,
        tape ->
            logits
                .kernels()
                .crossEntropyGrad(
                    tape.into(rows),
                    tape.grad(losses),
                    rows,
                    stats,
                    flat,
                    weights,
                    smoothing,
                    ignore),
        rows,
        flat,
        stats,
        weights);
    return Ops.scale(Ops.sum(losses), 1 / total);
  }

  private static double total(int[] ids, Options options) {
    float[] weights = options.weights() == null ? null : options.weights().toFloats();
    double total = 0;
    for (int id : ids) {
      if (id != options.ignore()) {
        total += weights == null ? 1 : weights[id];
      }
    }
    if (!(total > 0)) {
      throw new IllegalArgumentException(
          "crossEntropy: none of the "
              + ids.length
              + " targets counts: all are ignored or weigh 0");
    }
    return total;
  }
}
