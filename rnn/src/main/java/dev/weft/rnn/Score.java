package dev.weft.rnn;

import dev.weft.nn.train.Objective;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Tensor;
import java.util.Arrays;

/// How probable a language model finds ids that it didn't see in training.
///
/// @param loss Σ −ln P over the ids, each given all before it
/// @param tokens how many ids that is the sum over
public record Score(double loss, long tokens) {
  private static final int ROWS = 64;

  /// The mean of −ln P.
  public double mean() {
    return loss / tokens;
  }

  /// exp of the mean.
  public double perplexity() {
    return StrictMath.exp(mean());
  }

  /// Bits for each of `count` things that the ids stand for: characters, bytes, or the ids.
  public double bitsPer(long count) {
    return loss / StrictMath.log(2) / count;
  }

  /// Scores whole sequences, start and end included, each from its start.
  ///
  /// @param classes one for each sequence where the model has classes
  public static Score of(RnnLanguageModel model, int[][] sequences, int... classes) {
    model.requireClassOfEach(sequences.length, classes);
    return Evaluation.of(
        model,
        () -> {
          double loss = 0;
          long tokens = 0;
          for (int from = 0; from < sequences.length; from += ROWS) {
            int to = Math.min(sequences.length, from + ROWS);
            int[][] rows = Arrays.copyOfRange(sequences, from, to);
            int[] lengths = Arrays.stream(rows).mapToInt(row -> row.length).toArray();
            int[] kinds = classes.length == 0 ? classes : Arrays.copyOfRange(classes, from, to);
            try (Scope _ = Scope.noGrad()) {
              Objective.Batch batch = model.loss(rows, lengths, kinds);
              loss += batch.loss().item() * batch.tokens();
              tokens += batch.tokens();
            }
          }
          return new Score(loss, tokens);
        });
  }

  /// Scores a stream, `window` steps at a time; the state goes on from window to window.
  public static Score of(RnnLanguageModel model, TokenStream stream, int window) {
    if (window < 1) {
      throw new IllegalArgumentException("score: window must be at least 1 but is " + window);
    }
    return Evaluation.of(
        model,
        () -> {
          double loss = 0;
          try (Scope carried = Scope.noGrad()) {
            States states = null;
            for (int from = 0; from < stream.steps(); from += window) {
              int to = from + Math.min(window, stream.steps() - from);
              try (Scope _ = new Scope()) {
                Tensor ids = stream.inputs(model.parameters().device(), from, to);
                Tensor targets = stream.targets(model.parameters().device(), from, to);
                RnnLanguageModel.Result result = model.forward(ids, states, null);
                loss += Ops.crossEntropy(result.logits(), targets).item() * targets.size();
                states = carry(result.last(), states, carried);
              }
            }
          }
          return new Score(loss, (long) stream.steps() * stream.rows());
        });
  }

  private static States carry(States last, States to, Scope scope) {
    if (to == null) {
      return last.take(scope);
    }
    last.copyTo(to);
    return to;
  }
}
