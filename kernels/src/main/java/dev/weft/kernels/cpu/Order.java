package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.FLOAT;
import static dev.weft.kernels.cpu.Strided.INT;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.load;

import dev.weft.tensor.Tensor;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// The largest of each row, the k largest, sorting.
///
/// A value and its id are ordered as one long: the value as an int of the same order in the upper
/// half, so that smaller keys come first, the id in the lower.
final class Order {
  /// Up to this many are selected in one pass with a heap; more are sorted with all others.
  private static final int SELECT = 512;

  private final Team team;

  Order(Team team) {
    this.team = team;
  }

  void argmax(Tensor y, Tensor x) {
    RowAddresses ys = RowAddresses.ofScalars(y);
    RowAddresses xs = RowAddresses.of(x);
    int n = xs.n();
    team.split(
        xs.count(),
        xs.least(),
        (from, to) -> {
          for (long r = from; r < to; r++) {
            ALL.set(INT, ys.at(r), indexOf(xs.at(r), n, RowSums.max(xs.at(r), n)));
          }
        });
  }

  /// The first place where `value` stands, or the first NaN; −1 when there is neither.
  static int indexOf(long x, int n, float value) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector v = load(x + 4L * i);
      VectorMask<Float> found =
          v.compare(VectorOperators.EQ, value).or(v.compare(VectorOperators.NE, v));
      if (found.anyTrue()) {
        return i + found.firstTrue();
      }
    }
    for (; i < n; i++) {
      float v = ALL.get(FLOAT, x + 4L * i);
      if (v == value || Float.isNaN(v)) {
        return i;
      }
    }
    return -1;
  }

  void topK(Tensor values, Tensor ids, Tensor x, boolean descending) {
    RowAddresses vs = RowAddresses.of(values);
    RowAddresses is = RowAddresses.of(ids);
    RowAddresses xs = RowAddresses.of(x);
    int n = xs.n();
    int k = vs.n();
    if (k == 0) {
      return;
    }
    team.split(
        xs.count(),
        xs.least(),
        (from, to) -> {
          boolean select = k <= SELECT && k < n;
          long[] keys = new long[select ? k : n];
          for (long r = from; r < to; r++) {
            if (select) {
              select(keys, xs.at(r), n, descending);
            } else {
              for (int i = 0; i < n; i++) {
                keys[i] = key(xs.at(r), i, descending);
              }
            }
            Arrays.sort(keys);
            for (int j = 0; j < k; j++) {
              int id = (int) keys[j];
              ALL.set(INT, is.at(r) + 4L * j, id);
              ALL.set(FLOAT, vs.at(r) + 4L * j, ALL.get(FLOAT, xs.at(r) + 4L * id));
            }
          }
        });
  }

  private static long key(long x, int i, boolean descending) {
    return key(ALL.get(FLOAT, x + 4L * i), i, descending);
  }

  static long key(float value, int id, boolean descending) {
    int bits = Float.floatToIntBits(value + 0f); // one NaN, above ∞; −0 is 0
    int order = bits >= 0 ? bits : bits ^ Integer.MAX_VALUE;
    return (long) (descending ? ~order : order) << 32 | id;
  }

  /// The value in a descending key.
  static float value(long key) {
    int order = ~(int) (key >> 32);
    return Float.intBitsToFloat(order >= 0 ? order : order ^ Integer.MAX_VALUE);
  }

  /// The keys of the k largest of a row without NaN, in any order; maxima[b] is the largest of
  /// values `block` · b ….
  static void largest(long[] heap, int k, long x, int n, int block, float[] maxima) {
    for (int i = 0; i < k; i++) {
      heap[i] = key(x, i, true);
    }
    for (int i = k / 2 - 1; i >= 0; i--) {
      sink(heap, k, i);
    }
    for (int from = 0; from < n; from += block) {
      if (maxima[from / block] > value(heap[0])) {
        enterAll(heap, k, x, Math.max(k, from), Math.min(n, from + block), true);
      }
    }
  }

  /// The smallest keys of a row, in any order: a heap with the largest of them on top. Values that
  /// cannot come in are passed over a vector at a time.
  private static void select(long[] heap, long x, int n, boolean descending) {
    int k = heap.length;
    for (int i = 0; i < k; i++) {
      heap[i] = key(x, i, descending);
    }
    for (int i = k / 2 - 1; i >= 0; i--) {
      sink(heap, k, i);
    }
    enterAll(heap, k, x, k, n, descending);
  }

  private static void enterAll(long[] heap, int k, long x, int from, int to, boolean descending) {
    float limit = ALL.get(FLOAT, x + 4L * (int) heap[0]);
    int i = from;
    for (; i <= to - LANES; i += LANES) {
      if (mayEnter(load(x + 4L * i), limit, descending)) {
        for (int j = i; j < i + LANES; j++) {
          enter(heap, k, key(x, j, descending));
        }
        limit = ALL.get(FLOAT, x + 4L * (int) heap[0]);
      }
    }
    for (; i < to; i++) {
      enter(heap, k, key(x, i, descending));
    }
  }

  /// Whether a value comes before the limit; a NaN on either side is left to the keys.
  private static boolean mayEnter(FloatVector v, float limit, boolean descending) {
    return !(descending
        ? v.compare(VectorOperators.LE, limit).allTrue()
        : v.compare(VectorOperators.GE, limit).allTrue());
  }

  private static void enter(long[] heap, int k, long key) {
    if (key < heap[0]) {
      heap[0] = key;
      sink(heap, k, 0);
    }
  }

  private static void sink(long[] heap, int k, int i) {
    long key = heap[i];
    for (int child = 2 * i + 1; child < k; child = 2 * i + 1) {
      if (child + 1 < k && heap[child + 1] > heap[child]) {
        child++;
      }
      if (heap[child] <= key) {
        break;
      }
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = key;
  }
}
