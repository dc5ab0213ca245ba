package dev.weft.decoding;

import dev.weft.tensor.Tensor;

/// What decoding asks of a model: GPT-2, the recurrent language models, and the mocks of tests. A
/// model is used by many threads and sessions at once; it holds weights and nothing else.
public interface LanguageModel {
  /// Ids are 0 … vocabularySize − 1.
  int vocabularySize();

  /// Most tokens that a row may hold; `Integer.MAX_VALUE` for recurrent models.
  int contextLength();

  /// The forward pass without a session: whole histories at once, which may be of different
  /// lengths. Returns the logits F32 (rows, V) of each row's last position, owned by the caller's
  /// [Scope].
  Tensor logits(int[][] tokens);

  /// A session of `rows` sequences side by side, all empty.
  Session open(int rows);

  /// Sequences that grow token by token, with what the model keeps of them: a KV cache, or a
  /// recurrent state. Mutable and append-only; [#fork] and [#truncate] are the ways back.
  ///
  /// One thread at a time uses a session. Feeding past the context, from a second thread, after
  /// close or after a failed step throws and says what the session holds. A step that fails leaves
  /// every row as it was; [#truncate] makes such a session usable again.
  interface Session extends AutoCloseable {
    /// The model that it belongs to.
    LanguageModel model();

    /// Sequences that it holds now.
    int rows();

    /// A copy of the ids that a row holds.
    int[] tokens(int row);

    /// Appends tokens[r] (one or more ids; lengths may differ) to row r. Returns the logits F32
    /// (rows, V) of each row's last position. The session owns them: valid until the next feed,
    /// reorder, truncate or close.
    Tensor feed(int[][] tokens);

    /// [#feed(int[][])] with a readout of its logits, which has been queued when this returns. A
    /// session that gets the same readout step after step may record both and queue them as one;
    /// its memory must live while it is handed in.
    ///
    /// A readout that throws is a step that failed. That holds for every session of Weft; with this
    /// default, for a session that doesn't know readouts, the rows have grown by then.
    default Tensor feed(int[][] tokens, Readout readout) {
      Tensor logits = feed(tokens);
      readout.run(logits);
      return logits;
    }

    /// Appends one id to each row: I32 (rows), on the model's device.
    default Tensor feed(Tensor ids) {
      int[] values = ids.toInts();
      int[][] tokens = new int[values.length][];
      for (int r = 0; r < values.length; r++) {
        tokens[r] = new int[] {values[r]};
      }
      return feed(tokens);
    }

    /// Row i goes on as row parents[i] was. The identity is free; fewer parents than rows drop the
    /// rest; more throw.
    void reorder(int[] parents);

    /// From a session of one row: a new session of `rows` copies of it, closed on its own.
    Session fork(int rows);

    /// Shortens every row to at most `position` tokens.
    void truncate(int position);

    /// Tokens that a row holds.
    int position(int row);

    /// Gives the memory back. A second call does nothing.
    @Override
    void close();
  }
}
