package dev.weft.gpt2;

import dev.weft.tensor.Device;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.Arrays;

/// How probable a model finds a text. The text is preceded by the end token, so that its first
/// token counts as well, and read in windows of the model's context that overlap by half: each
/// token is scored once, with at least half a context before it where the text is that long.
public final class Scoring {
  private Scoring() {}

  /// Logits at every position: `Gpt2::logits`, or an inference model's.
  @FunctionalInterface
  public interface Logits {
    /// Logits (B, T, V) of ids I32 (B, T), in the thread's scope.
    Tensor of(Tensor ids);
  }

  /// What one text scored.
  ///
  /// @param logProbabilities of each token, natural logarithm
  /// @param best the most probable token at each place, smaller id on ties
  public record Result(double[] logProbabilities, int[] best) {
    /// Σ ln P.
    public double total() {
      double sum = 0;
      for (double value : logProbabilities) {
        sum += value;
      }
      return sum;
    }

    /// exp of the mean negative log-probability per token.
    public double perplexity() {
      return StrictMath.exp(-total() / logProbabilities.length);
    }

    /// Bits per byte of the text, which has `bytes` bytes.
    public double bitsPerByte(long bytes) {
      return -total() / StrictMath.log(2) / bytes;
    }

    /// Share of places where both name the same best token.
    public double agreement(Result other) {
      int same = 0;
      for (int i = 0; i < best.length; i++) {
        same += best[i] == other.best[i] ? 1 : 0;
      }
      return (double) same / best.length;
    }
  }

  /// Scores the tokens of a text.
  ///
  /// @param model gives the logits
  /// @param device where the ids go
  /// @param context most tokens that the model reads at once, at least 2
  /// @param endToken put before the text
  /// @throws IllegalArgumentException when the text has no token
  public static Result score(Logits model, Device device, int context, int endToken, int[] tokens) {
    if (context < 2) {
      throw new IllegalArgumentException(
          "score: windows overlap by half, so the context must be at least 2 but is " + context);
    }
    if (tokens.length == 0) {
      throw new IllegalArgumentException("score: the text has no token");
    }
    int[] ids = new int[tokens.length + 1]; // ids[i] precedes tokens[i]
    ids[0] = endToken;
    System.arraycopy(tokens, 0, ids, 1, tokens.length);
    double[] logProbabilities = new double[tokens.length];
    int[] best = new int[tokens.length];
    int scored = 0;
    for (int from = 0; scored < tokens.length; from += context / 2) {
      int to = Math.min(tokens.length, from + context);
      try (Scope _ = Scope.noGrad()) {
        int[] window = Arrays.copyOfRange(ids, from, to);
        Tensor logits = model.of(Tensor.ids(device, Shape.of(1, window.length), window));
        Tensor fresh = logits.reshape(window.length, -1).slice(0, scored - from, to - from);
        int[] targets = Arrays.copyOfRange(tokens, scored, to);
        Tensor column = Tensor.ids(device, Shape.of(targets.length, 1), targets);
        float[] picked = Ops.gather(Ops.logSoftmax(fresh), column).toFloats();
        int[] argmax = Ops.argmax(fresh).toInts();
        for (int i = 0; i < picked.length; i++) {
          logProbabilities[scored + i] = picked[i];
          best[scored + i] = argmax[i];
        }
      }
      scored = to;
    }
    return new Result(logProbabilities, best);
  }
}
