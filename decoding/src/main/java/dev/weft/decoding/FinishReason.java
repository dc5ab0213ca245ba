package dev.weft.decoding;

/// Why a sequence ended.
public enum FinishReason {
  /// An end token was drawn; it is the last of the ids.
  END_TOKEN,
  /// A stop string appeared; the ids hold it, the text ends before it.
  STOP_STRING,
  /// The most tokens that were asked for.
  MAX_TOKENS,
  /// The model's context is full.
  CONTEXT_FULL,
  /// The most time that was given.
  MAX_TIME,
  /// A stop rule of the caller's own said so.
  STOPPED,
  /// Cancelled from outside.
  CANCELLED
}
