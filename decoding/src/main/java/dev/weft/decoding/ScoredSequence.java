package dev.weft.decoding;

import java.util.Arrays;

/// A result of a beam search.
///
/// @param score what results are ranked by: the log-probability, divided by length^penalty
/// @param logProbability natural, the sum over the generated tokens, the end token included
/// @param ids prompt and continuation
/// @param promptLength how many of the ids are the prompt
/// @param finished whether it came to an end token
public record ScoredSequence(
    double score, double logProbability, int[] ids, int promptLength, boolean finished) {
  /// The ids after the prompt.
  public int[] generated() {
    return Arrays.copyOfRange(ids, promptLength, ids.length);
  }
}
