package dev.weft.tensor;

import java.util.Arrays;
import java.util.Comparator;

/// The definition of a draw; [Draw] has it in words.
final class ReferenceSampling {
  private static final int BLOCK = 1024;
  private static final int LANES = 16;

  private ReferenceSampling() {}

  static void sample(Tensor ids, Tensor logits, Draw draw) {
    Elements target = Elements.of(ids);
    Elements source = Elements.of(logits);
    for (int row = 0; row < logits.dim(0); row++) {
      double uniform =
          Philox.uniform(
              draw.seed(),
              Philox.Purpose.TOKEN,
              Elements.of(draw.steps()).id(row),
              Elements.of(draw.sequences()).id(row));
      float[] z = scaled(source.row(row), logits.dim(1), (float) draw.temperature());
      if (draw.penalty() != 0) {
        penalise(z, draw, row);
      }
      target.set(row, draw(z, draw, uniform));
    }
  }

  private static float[] scaled(Elements logits, int n, float temperature) {
    float[] z = new float[n];
    for (int i = 0; i < n; i++) {
      z[i] = (float) logits.get(i) / temperature;
    }
    return z;
  }

  private static void penalise(float[] z, Draw draw, int row) {
    Elements starts = Elements.of(draw.counts().starts());
    Elements ids = Elements.of(draw.counts().ids());
    Elements times = Elements.of(draw.counts().times());
    for (int i = starts.id(row); i < starts.id(row + 1); i++) {
      int id = ids.id(i);
      z[id] = (float) (z[id] - draw.penalty() * times.id(i));
    }
  }

  private static int draw(float[] z, Draw draw, double uniform) {
    float max = Float.NEGATIVE_INFINITY;
    for (float value : z) {
      max = Math.max(max, value);
    }
    if (!(max < Float.POSITIVE_INFINITY) || max == Float.NEGATIVE_INFINITY) {
      return -1;
    }
    Integer[] order = new Integer[z.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(
        order, Comparator.comparingDouble(i -> -(z[i] + 0f))); // stable: the smaller id first
    int left = draw.topK() == 0 ? z.length : Math.min(draw.topK(), z.length);
    if (draw.topP() > 0 && draw.topP() < 1) {
      left = nucleus(z, order, left, draw);
    }
    float[] weights = new float[z.length];
    for (int i = 0; i < left; i++) {
      weights[order[i]] = Elementary.exp(z[order[i]] - max);
    }
    return draw(weights, uniform);
  }

  private static int nucleus(float[] z, Integer[] order, int left, Draw draw) {
    float max = z[order[0]];
    long total = 0;
    for (int i = 0; i < left; i++) {
      total += Elementary.mass(z[order[i]], max);
    }
    double wanted = draw.topP() * total;
    long sum = 0;
    for (int i = 0; i < left; i++) {
      sum += Elementary.mass(z[order[i]], max);
      if (draw.exclusive() ? sum > wanted : sum >= wanted) {
        return draw.exclusive() ? Math.max(i, 1) : i + 1;
      }
    }
    return left;
  }

  private static int draw(float[] weights, double uniform) {
    int blocks = Math.ceilDiv(weights.length, BLOCK);
    double[] sums = new double[blocks];
    double total = 0;
    int lastBlock = 0;
    for (int block = 0; block < blocks; block++) {
      sums[block] = sum(weights, block);
      total += sums[block];
      lastBlock = sums[block] > 0 ? block : lastBlock;
    }
    double target = uniform * total;
    double cumulated = 0;
    int block = 0;
    while (block < lastBlock && !(cumulated + sums[block] > target)) {
      cumulated += sums[block++];
    }
    int last = -1;
    for (int id = BLOCK * block; id < Math.min(weights.length, BLOCK * (block + 1)); id++) {
      cumulated += weights[id];
      if (weights[id] > 0) {
        last = id;
        if (cumulated > target) {
          return id;
        }
      }
    }
    return last;
  }

  private static double sum(float[] weights, int block) {
    double[] lanes = new double[LANES];
    for (int id = BLOCK * block; id < Math.min(weights.length, BLOCK * (block + 1)); id++) {
      lanes[id % LANES] += weights[id];
    }
    for (int width = LANES / 2; width > 0; width /= 2) {
      for (int j = 0; j < width; j++) {
        lanes[j] += lanes[j + width];
      }
    }
    return lanes[0];
  }
}
