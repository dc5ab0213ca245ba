package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.MicroKernels.GRAIN;
import static dev.weft.kernels.cpu.MicroKernels.K_BLOCK;
import static dev.weft.kernels.cpu.MicroKernels.ROW;
import static dev.weft.kernels.cpu.MicroKernels.ROWS;
import static dev.weft.kernels.cpu.MicroKernels.TILE;
import static dev.weft.kernels.cpu.Native.ZEROS;
import static dev.weft.kernels.cpu.Panels.ROW_BYTES;
import static dev.weft.kernels.cpu.Panels.WIDTH;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.BYTES;
import static dev.weft.kernels.cpu.Vectors.F;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;
import static dev.weft.kernels.cpu.Vectors.first;

import dev.weft.tensor.Device;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// The queries of one head against its keys and values, four at a time: scores, a softmax in two
/// passes, and the weighted sum of the values. Keys lie in panels of 48 positions as in a
/// [dev.weft.tensor.KeyValueCache]; values are rows. What a query does not see is never read for
/// it, so that the bits of its result do not depend on the tokens behind it.
final class HeadAttention implements AutoCloseable {
  private final int dim;
  private final long width; // bytes of a value row, in whole grains
  private final float scale;
  private final Scratch scratch;
  private final long query; // four queries, in blocks of the dimension
  private final long scores; // of four queries, in blocks of positions
  private final long sums; // sixteen lanes
  private final long out; // four rows of `width`
  private final float[] max = new float[ROWS];
  private final float[] inverse = new float[ROWS];

  /// @param dim values per head
  /// @param positions that a query may see at most
  HeadAttention(Device device, int dim, int positions, double scale) {
    this.dim = dim;
    this.width = width(dim);
    this.scale = (float) scale;
    long queryBytes = Math.ceilDiv(dim, K_BLOCK) * TILE;
    long scoreBytes = Math.ceilDiv(positions, K_BLOCK) * TILE;
    scratch = new Scratch(device, queryBytes + scoreBytes + 64 + ROWS * width);
    query = scratch.address;
    scores = query + queryBytes;
    sums = scores + scoreBytes;
    out = sums + 64;
  }

  /// Bytes that a row of `dim` values takes when it is padded for [MicroKernels#columns].
  static long width(int dim) {
    return Math.ceilDiv(dim * 4L, GRAIN) * GRAIN;
  }

  /// Runs `count` queries. Query i sees the first min(visible + i, limit) positions; none if that
  /// is negative.
  ///
  /// @param keys the panels of the head
  /// @param values its rows, [#width(int)] bytes apart
  /// @param stats (max, 1 / Σ) for each query; 0 when not wanted
  void run(
      int count,
      int visible,
      int limit,
      long q,
      long qRow,
      long keys,
      long values,
      long y,
      long yRow,
      long stats) {
    for (int i = 0, rows; i < count; i += rows) {
      rows = MicroKernels.tileRows(count - i);
      int least = Math.clamp(visible + i, 0, limit);
      int most = Math.clamp(visible + i + rows - 1, 0, limit);
      score(rows, most, q + i * qRow, qRow, keys);
      for (int r = 0; r < rows; r++) {
        softmax(r, Math.clamp(visible + i + r, 0, limit));
      }
      weigh(rows, visible + i, least, limit, values);
      for (int r = 0; r < rows; r++) {
        finish(out + r * width, y + (i + r) * yRow, inverse[r]);
        if (stats != 0) {
          Native.set(stats + (i + r) * 8L, max[r]);
          Native.set(stats + (i + r) * 8L + 4, inverse[r]);
        }
      }
    }
  }

  private static long block(int position) {
    return (long) position / K_BLOCK * TILE + position % K_BLOCK * 4L;
  }

  private void score(int rows, int positions, long q, long qRow, long keys) {
    for (int r = 0; r < rows; r++) {
      for (int d = 0; d < dim; d += K_BLOCK) {
        Strided.copy(
            query + block(d) + r * ROW, q + r * qRow + d * 4L, Math.min(K_BLOCK, dim - d) * 4L);
      }
    }
    for (int s = 0; s < positions; s += WIDTH) {
      long to = scores + block(s);
      long panel = keys + (long) s * dim * 4;
      for (int d = 0; d < dim; d += K_BLOCK) {
        int count = Math.min(K_BLOCK, dim - d);
        long key = panel + (long) d * ROW_BYTES;
        MicroKernels.tile(
            rows, query + block(d), key, count, d == 0 ? ZEROS : to, d == 0 ? 0 : ROW, to, ROW);
      }
    }
  }

  /// Turns the scores of row r into e = exp((score − max) · scale), and keeps max and 1 / Σe.
  private void softmax(int r, int positions) {
    if (positions == 0) {
      max[r] = 0;
      inverse[r] = 0;
      return;
    }
    float largest = Float.NEGATIVE_INFINITY;
    for (int s = 0; s < positions; s += K_BLOCK) {
      int n = Math.min(K_BLOCK, positions - s);
      largest = Math.max(largest, max(scores + block(s) + r * ROW, n));
    }
    for (int j = 0; j < 64; j += BYTES) {
      FloatVector.zero(F).intoMemorySegment(ALL, sums + j, LITTLE);
    }
    for (int s = 0; s < positions; s += K_BLOCK) {
      int n = Math.min(K_BLOCK, positions - s);
      long row = scores + block(s) + r * ROW;
      exp(row, n, largest, scale);
      addLanes(row, n);
    }
    max[r] = largest;
    inverse[r] = 1 / RowSums.sum(sums, 16);
  }

  private static float max(long row, int n) {
    FloatVector most = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      most = most.max(FloatVector.fromMemorySegment(F, ALL, row + i * 4L, LITTLE));
    }
    float max = most.reduceLanes(VectorOperators.MAX);
    for (; i < n; i++) {
      max = Math.max(max, Native.get(row + i * 4L));
    }
    return max;
  }

  /// Whole vectors: what stands behind the n values has room for it, and becomes zero up to the
  /// next sixteen.
  private static void exp(long row, int n, float largest, float scale) {
    for (int i = 0; i < n; i += LANES) {
      VectorMath.exp(
              FloatVector.fromMemorySegment(F, ALL, row + i * 4L, LITTLE).sub(largest).mul(scale))
          .intoMemorySegment(ALL, row + i * 4L, LITTLE);
    }
    for (int i = n; i % 16 != 0; i++) {
      Native.set(row + i * 4L, 0);
    }
  }

  /// Adds the values to their lanes.
  private void addLanes(long row, int n) {
    for (int lane = 0; lane < 16; lane += LANES) {
      FloatVector sum = FloatVector.fromMemorySegment(F, ALL, sums + lane * 4L, LITTLE);
      for (int i = lane; i < n; i += 16) {
        sum = sum.add(FloatVector.fromMemorySegment(F, ALL, row + i * 4L, LITTLE));
      }
      sum.intoMemorySegment(ALL, sums + lane * 4L, LITTLE);
    }
  }

  /// out = Σ e · value: what all rows see together, then what only the later ones do.
  private void weigh(int rows, int visible, int least, int limit, long values) {
    if (least == 0) {
      Native.zero(out, rows * width);
    }
    for (int s = 0; s < least; s += K_BLOCK) {
      int count = Math.min(K_BLOCK, least - s);
      for (long j = 0; j < width; j += GRAIN) { // ZEROS is no longer than that
        long to = out + j;
        long in = s == 0 ? ZEROS : to;
        long inRow = s == 0 ? 0 : width;
        MicroKernels.columns(
            rows,
            scores + block(s),
            values + s * width + j,
            width,
            count,
            in,
            inRow,
            to,
            width,
            GRAIN);
      }
    }
    for (int r = 0; r < rows; r++) {
      int end = Math.clamp(visible + r, 0, limit);
      for (int s = least, count; s < end; s += count) {
        count = Math.min(end - s, K_BLOCK - s % K_BLOCK);
        long to = out + r * width;
        long from = scores + block(s) + r * ROW;
        MicroKernels.columns(
            1, from, values + s * width, width, count, to, width, to, width, width);
      }
    }
  }

  private void finish(long from, long to, float inverse) {
    int d = 0;
    for (; d <= dim - LANES; d += LANES) {
      FloatVector.fromMemorySegment(F, ALL, from + d * 4L, LITTLE)
          .mul(inverse)
          .intoMemorySegment(ALL, to + d * 4L, LITTLE);
    }
    if (d < dim) {
      var mask = first(dim - d);
      FloatVector.fromMemorySegment(F, ALL, from + d * 4L, LITTLE, mask)
          .mul(inverse)
          .intoMemorySegment(ALL, to + d * 4L, LITTLE, mask);
    }
  }

  @Override
  public void close() {
    scratch.close();
  }
}
