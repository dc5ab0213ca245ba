package dev.weft.rnn;

import dev.weft.tensor.Device;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Tensor;

/// How the loss of a decoder grows with the step when it reads what it wrote instead of the truth:
/// errors add up. Step t is the (t + 1)-th id to be written.
///
/// @param forced mean negative log-likelihood of the target's id by step, told the truth
/// @param free the same, free running
/// @param rows that have such a step
public record StepLosses(double[] forced, double[] free, int[] rows) {
  /// Of these pairs; nothing is dropped.
  public static StepLosses of(EncoderDecoder model, PaddedBatch sources, PaddedBatch targets) {
    int steps = targets.longest() - 1;
    int[] rows = new int[steps];
    for (int length : targets.lengths()) {
      for (int t = 0; t + 1 < length; t++) {
        rows[t]++;
      }
    }
    return Evaluation.of(
        model,
        () ->
            new StepLosses(
                byStep(model, sources, targets, Forcing.ALWAYS, rows),
                byStep(model, sources, targets, Forcing.NEVER, rows),
                rows));
  }

  private static double[] byStep(
      EncoderDecoder model, PaddedBatch sources, PaddedBatch targets, Forcing forcing, int[] rows) {
    double[] losses = new double[rows.length];
    try (Scope _ = Scope.noGrad()) {
      Tensor logits = model.logits(sources, targets, forcing, 0);
      Device device = logits.device();
      Tensor wanted = targets.steps(device, 1, targets.longest());
      double[] found = Ops.gather(Ops.logSoftmax(logits), Ops.unsqueeze(wanted, 2)).toDoubles();
      for (int t = 0; t < losses.length; t++) {
        for (int b = 0; b < targets.rows(); b++) {
          if (t + 1 < targets.lengths()[b]) {
            losses[t] -= found[t * targets.rows() + b] / rows[t];
          }
        }
      }
    }
    return losses;
  }
}
