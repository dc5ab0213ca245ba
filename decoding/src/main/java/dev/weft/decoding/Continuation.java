package dev.weft.decoding;

import java.util.Arrays;

/// A finished sequence.
///
/// @param ids prompt and continuation
/// @param promptLength how many of the ids are the prompt
/// @param logProbabilities of each generated id, natural, by the model's unfiltered logits
/// @param finish why it ended
/// @param text the generated text, without a stop string; null when the generator has no tokenizer
public record Continuation(
    int[] ids, int promptLength, double[] logProbabilities, FinishReason finish, String text) {
  /// The ids after the prompt.
  public int[] generated() {
    return Arrays.copyOfRange(ids, promptLength, ids.length);
  }

  /// The log-probability of all generated ids together, by the model's unfiltered logits.
  public double logProbability() {
    double sum = 0;
    for (double logProbability : logProbabilities) {
      sum += logProbability;
    }
    return sum;
  }
}
