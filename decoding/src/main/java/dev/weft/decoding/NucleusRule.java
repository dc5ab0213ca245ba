package dev.weft.decoding;

/// Which token is the last that top-p keeps, going from the most likely down. Texts and programs
/// disagree; both sets can be had.
public enum NucleusRule {
  /// Up to the first token at which the cumulated probability reaches p (≥): the smallest set that
  /// holds at least p. What the paper says, and most programs do.
  INCLUSIVE,
  /// While the cumulated probability stays at or below p, and at least one.
  EXCLUSIVE
}
