package dev.weft.decoding;

import dev.weft.tensor.Elementary;
import java.util.Arrays;

/// One draw from unnormalised log-probabilities, fixed to the bit so that every device draws the
/// same id from the same logits.
///
/// Weights are w = exp(logit − max) by [Elementary#exp(float)], 0 for ids that are no candidates.
/// They are summed in double in blocks of 1,024 absolute ids: inside a block sixteen lanes (id mod
/// 16) and the tree lane j += lane j + 8, 4, 2, 1; blocks ascending. The first block at which the
/// cumulated weight exceeds u · total is walked id by id to the first id at which it does; if
/// rounding leaves none, its last id of weight > 0 is drawn.
final class Categorical {
  private static final int BLOCK = 1024;
  private static final int LANES = 16;

  private Categorical() {}

  /// The probabilities by id, in double.
  static double[] softmax(Candidates candidates) {
    float max = max(candidates);
    double[] probabilities = new double[candidates.vocabularySize()];
    double total = 0;
    for (int i = 0; i < candidates.size; i++) {
      double weight = Elementary.exp((double) candidates.logits[i] - max);
      probabilities[candidates.ids[i]] = weight;
      total += weight;
    }
    for (int i = 0; i < candidates.size; i++) {
      probabilities[candidates.ids[i]] /= total;
    }
    return probabilities;
  }

  /// The id drawn by `uniform` in [0, 1).
  static int draw(Candidates candidates, double uniform) {
    float max = max(candidates);
    int blocks = Math.ceilDiv(candidates.vocabularySize(), BLOCK);
    double[] sums = candidates.sums(blocks + LANES);
    double total = 0;
    int next = 0;
    for (int block = 0; block < blocks; block++) {
      next = accumulate(candidates, next, (block + 1) * BLOCK, max, sums, blocks);
      sums[block] = tree(sums, blocks);
      total += sums[block];
    }
    double target = uniform * total;
    double cumulated = 0;
    int block = 0;
    while (block < blocks - 1 && !(cumulated + sums[block] > target)) {
      cumulated += sums[block++];
    }
    return walk(candidates, block, max, cumulated, target);
  }

  /// Adds the weights of the ids below `end` to the lanes, which stand in `sums` from `lane0` on;
  /// returns the next candidate.
  private static int accumulate(
      Candidates candidates, int i, int end, float max, double[] sums, int lane0) {
    while (i < candidates.size && candidates.ids[i] < end) {
      sums[lane0 + candidates.ids[i] % LANES] += Elementary.exp(candidates.logits[i] - max);
      i++;
    }
    return i;
  }

  /// The sum of the lanes, which are zero afterwards.
  private static double tree(double[] sums, int lane0) {
    for (int width = LANES / 2; width > 0; width /= 2) {
      for (int j = lane0; j < lane0 + width; j++) {
        sums[j] += sums[j + width];
      }
    }
    double sum = sums[lane0];
    Arrays.fill(sums, lane0, lane0 + LANES, 0);
    return sum;
  }

  private static int walk(
      Candidates candidates, int block, float max, double cumulated, double target) {
    int last = -1;
    for (int i = 0; i < candidates.size; i++) {
      int id = candidates.ids[i];
      if (id / BLOCK == block) {
        float weight = Elementary.exp(candidates.logits[i] - max);
        cumulated += weight;
        if (weight > 0) {
          last = id;
          if (cumulated > target) {
            return id;
          }
        }
      }
    }
    return last;
  }

  /// The largest logit; throws, naming the first bad id, for NaN, +∞, or nothing but −∞.
  static float max(Candidates candidates) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < candidates.size; i++) {
      float logit = candidates.logits[i];
      if (!(logit < Float.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "sample: the logit of id "
                + candidates.ids[i]
                + " is "
                + logit
                + ", not a number to draw by");
      }
      max = Math.max(max, logit);
    }
    Greedy.requirePossible(candidates, max);
    return max;
  }
}
