package dev.weft.decoding;

/// What top-k does with candidates whose logit equals the k-th largest.
public enum Ties {
  /// Exactly k are kept; of equal ones the smaller ids.
  SMALLER_ID,
  /// All of them are kept, so that there may be more than k. What Hugging Face does.
  KEEP_ALL
}
