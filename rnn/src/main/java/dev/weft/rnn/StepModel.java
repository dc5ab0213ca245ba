package dev.weft.rnn;

import dev.weft.decoding.LanguageModel;
import dev.weft.tensor.Device;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.Arrays;

/// A language model whose rows begin with a state that a cell carries on: embed, step, score.
interface StepModel extends LanguageModel {
  /// What `rows` sequences begin with, in the thread's scope.
  States first(int rows);

  /// The embeddings (…, I) of ids I32 (…), for [#cell].
  Tensor embed(Tensor ids);

  /// The recurrent layers.
  Cell cell();

  /// The logits (…, V) of states (…, H) of the last layer.
  Tensor scores(Tensor hidden);

  /// Where it runs.
  Device device();

  @Override
  default int contextLength() {
    return Integer.MAX_VALUE;
  }

  @Override
  default Session open(int rows) {
    return new RnnSession(this, rows);
  }

  @Override
  default Tensor logits(int[][] tokens) {
    int[] lengths = Arrays.stream(tokens).mapToInt(row -> row.length).toArray();
    int steps = Arrays.stream(lengths).max().orElse(0);
    int[] ids = new int[Math.multiplyExact(steps, tokens.length)]; // (T, B)
    for (int b = 0; b < tokens.length; b++) {
      if (lengths[b] == 0) {
        throw new IllegalArgumentException("logits: row " + b + " has no tokens");
      }
      for (int t = 0; t < lengths[b]; t++) {
        ids[t * tokens.length + b] = tokens[b][t];
      }
    }
    Scope caller = Scope.current();
    try (Scope scope = Scope.noGrad()) {
      Tensor x = embed(Tensor.ids(device(), Shape.of(steps, tokens.length), ids));
      Tensor mask = Mask.ofLengths(device(), steps, lengths);
      Output output = cell().forward(x, first(tokens.length), mask);
      return scope.keep(scores(output.last().parts().getLast().h()), caller);
    }
  }
}
