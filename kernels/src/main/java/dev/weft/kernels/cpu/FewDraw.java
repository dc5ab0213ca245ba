package dev.weft.kernels.cpu;

import dev.weft.tensor.Draw;
import dev.weft.tensor.Elementary;
import java.util.Arrays;

/// A draw from the k largest of a row, which are few enough for plain arrays.
final class FewDraw {
  private static final int BLOCK = 1024;

  private final double[] lanes = new double[16];
  private long[] keys = new long[0];
  private long[] byId = new long[0]; // id and the bits of z, for one sort
  private int count;

  /// Takes the k largest z.
  void select(long z, int n, int k, float[] maxima) {
    if (keys.length < k) {
      keys = new long[k];
      byId = new long[k];
    }
    count = k;
    Order.largest(keys, k, z, n, BLOCK, maxima);
  }

  /// Keeps the nucleus.
  void keepNucleus(Draw draw, float max) {
    Arrays.sort(keys, 0, count);
    long total = 0;
    for (int i = 0; i < count; i++) {
      total += Elementary.mass(Order.value(keys[i]), max);
    }
    double wanted = draw.topP() * total;
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += Elementary.mass(Order.value(keys[i]), max);
      if (draw.exclusive() ? sum > wanted : sum >= wanted) {
        count = draw.exclusive() ? Math.max(i, 1) : i + 1;
        return;
      }
    }
  }

  /// The id.
  int draw(float max, double uniform) {
    for (int i = 0; i < count; i++) {
      float weight = Elementary.exp(Order.value(keys[i]) - max);
      byId[i] = (keys[i] & 0xffffffffL) << 32 | Float.floatToRawIntBits(weight);
    }
    Arrays.sort(byId, 0, count);
    double total = 0;
    for (int i = 0; i < count; i = endOfBlock(i)) {
      total += sumOfBlock(i);
    }
    double target = uniform * total;
    double cumulated = 0;
    int i = 0;
    int last = lastThatWeighs();
    for (int end = endOfBlock(i); end <= last; end = endOfBlock(i)) {
      double sum = sumOfBlock(i);
      if (cumulated + sum > target) {
        break;
      }
      cumulated += sum;
      i = end;
    }
    int id = -1;
    for (int end = endOfBlock(i); i < end; i++) {
      float weight = weight(i);
      cumulated += weight;
      if (weight > 0) {
        id = id(i);
        if (cumulated > target) {
          break;
        }
      }
    }
    return id;
  }

  private int id(int i) {
    return (int) (byId[i] >>> 32);
  }

  private float weight(int i) {
    return Float.intBitsToFloat((int) byId[i]);
  }

  private int lastThatWeighs() {
    int i = count - 1;
    while (!(weight(i) > 0)) {
      i--;
    }
    return i;
  }

  private int endOfBlock(int i) {
    int block = id(i) / BLOCK;
    int end = i + 1;
    while (end < count && id(end) / BLOCK == block) {
      end++;
    }
    return end;
  }

  private double sumOfBlock(int i) {
    Arrays.fill(lanes, 0);
    for (int end = endOfBlock(i); i < end; i++) {
      lanes[id(i) % 16] += weight(i);
    }
    return tree(lanes);
  }

  /// The sum of sixteen lanes, which are used up.
  static double tree(double[] lanes) {
    for (int width = 8; width > 0; width /= 2) {
      for (int j = 0; j < width; j++) {
        lanes[j] += lanes[j + width];
      }
    }
    return lanes[0];
  }
}
