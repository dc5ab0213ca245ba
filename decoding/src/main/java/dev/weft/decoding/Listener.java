package dev.weft.decoding;

/// Hears of each token as it is generated: streaming and progress.
@FunctionalInterface
public interface Listener {
  /// Hears nothing.
  Listener NONE = (row, count, id, text) -> {};

  /// Row `row` has `count` generated tokens, the newest of which is `id`. `text` is what became
  /// showable: whole characters, never the beginning of a stop string; empty without a tokenizer.
  void token(int row, int count, int id, String text);
}
