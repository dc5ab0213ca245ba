package dev.weft.decoding;

/// When a beam search stops before its limit of new tokens.
///
/// The last three are Hugging Face's `early_stopping`, and with them an end token counts only where
/// it is among the best K candidates of its step, and only the best K finished sequences are kept,
/// as there. Their results at the limit are those of [BeamSearch#rankAll].
public enum EarlyStop {
  /// As soon as as many sequences have ended as are to be returned. The default.
  RETURNED_COUNT,

  /// As soon as as many sequences have ended as there are beams; Hugging Face's `True`.
  ALL_BEAMS,

  /// When, besides, no live beam scores better than the worst of those, both divided by their
  /// length as it is now: a heuristic, as a longer sequence may score better yet. Hugging Face's
  /// `False`.
  HUGGING_FACE,

  /// When, besides, no live beam can still score better, even if each token to come had probability
  /// 1; Hugging Face's `"never"`.
  NEVER
}
