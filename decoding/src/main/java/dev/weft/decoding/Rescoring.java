package dev.weft.decoding;

import dev.weft.tensor.Ops;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Tensor;

/// How likely a model finds a continuation that is given: teacher forcing. Gives what a search that
/// found the continuation says of it.
public final class Rescoring {
  private Rescoring() {}

  /// The sum of [#logProbabilities].
  public static double score(LanguageModel model, int[] prompt, int... continuation) {
    double sum = 0;
    for (double logProbability : logProbabilities(model, prompt, continuation)) {
      sum += logProbability;
    }
    return sum;
  }

  /// The natural log-probability of each id of `continuation` after `prompt` and those before it,
  /// by the model's unfiltered logits.
  public static double[] logProbabilities(LanguageModel model, int[] prompt, int... continuation) {
    double[] logProbabilities = new double[continuation.length];
    if (continuation.length == 0) {
      return logProbabilities;
    }
    try (LanguageModel.Session session = model.open(1)) {
      Tensor logits = session.feed(new int[][] {prompt});
      for (int i = 0; i < continuation.length; i++) {
        if (i > 0) {
          logits = session.feed(new int[][] {{continuation[i - 1]}});
        }
        logProbabilities[i] = logProbability(logits, continuation[i]);
      }
    }
    return logProbabilities;
  }

  private static double logProbability(Tensor logits, int id) {
    if (id < 0 || id >= logits.dim(1)) {
      throw new IllegalArgumentException(
          "rescoring: id " + id + " is outside 0 … " + (logits.dim(1) - 1));
    }
    try (Scope _ = Scope.noGrad()) {
      return Ops.slice(logits, 1, id, id + 1).item() - Ops.logSumExp(logits, -1).item();
    }
  }
}
