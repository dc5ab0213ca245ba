package dev.weft.decoding;

import java.util.Arrays;
import java.util.List;

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

  /// The log-probability a generated token; −∞ when there is none.
  public double meanLogProbability() {
    int count = logProbabilities.length;
    return count == 0 ? Double.NEGATIVE_INFINITY : logProbability() / count;
  }

  /// The ids of several sequences as rows of one length, `pad` after those that ended earlier.
  public static int[][] padded(List<Continuation> continuations, int pad) {
    int longest = continuations.stream().mapToInt(c -> c.ids.length).max().orElse(0);
    int[][] rows = new int[continuations.size()][];
    for (int r = 0; r < rows.length; r++) {
      int[] row = continuations.get(r).ids;
      rows[r] = Arrays.copyOf(row, longest);
      Arrays.fill(rows[r], row.length, longest, pad);
    }
    return rows;
  }
}
