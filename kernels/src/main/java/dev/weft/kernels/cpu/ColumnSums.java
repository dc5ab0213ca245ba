package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.all;
import static dev.weft.kernels.cpu.Vectors.first;
import static dev.weft.kernels.cpu.Vectors.load;
import static dev.weft.kernels.cpu.Vectors.put;
import static dev.weft.kernels.cpu.Vectors.store;

import dev.weft.tensor.Device;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Sums over rows of a block of neighbouring columns: sixteen lanes for each column, row r in lane
/// r mod 16, and the fixed tree of [dev.weft.tensor.Kernels]. The lanes lie in scratch memory that
/// stays in the first-level cache, so that the matrix is read row by row, as it lies. Threads take
/// blocks.
final class ColumnSums implements AutoCloseable {
  /// Columns of a block: half a kilobyte of each row, and blocks enough for the threads.
  static final int BLOCK = 128;

  private static final long LANE = 4L * BLOCK;

  private final Scratch scratch;
  private final int lanes; // those that rows fall into
  private int n;

  /// Sums over `rows` rows.
  ColumnSums(Device device, long rows) {
    this.scratch = new Scratch(device, 16 * LANE);
    this.lanes = (int) Math.min(16, rows);
  }

  /// Begins new sums of `columns` ≤ [#BLOCK] columns, all 0.
  void clear(int columns) {
    n = columns;
    Strided.spread(scratch.address, 0, Math.max(1, lanes) * BLOCK);
  }

  /// Adds row number r, whose first column stands at x.
  void add(long r, long x) {
    add(scratch.address + (r & 15) * LANE, x, n);
  }

  private static void add(long sum, long x, int n) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      store(load(sum + o).add(load(x + o)), sum + o);
    }
    if (i < n) {
      long o = 4L * i;
      store(load(sum + o).add(load(x + o, first(n - i))), sum + o);
    }
  }

  /// Adds dy · ((x − mean) · rstd), fused, with one mean and rstd for the row.
  void addNormal(long r, long dy, long x, float mean, float rstd) {
    addNormal(scratch.address + (r & 15) * LANE, dy, x, n, mean, rstd);
  }

  private static void addNormal(long sum, long dy, long x, int n, float mean, float rstd) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      store(load(dy + o).fma(load(x + o).sub(mean).mul(rstd), load(sum + o)), sum + o);
    }
    if (i < n) {
      long o = 4L * i;
      VectorMask<Float> mask = first(n - i);
      store(
          load(dy + o, mask).fma(load(x + o, mask).sub(mean).mul(rstd), load(sum + o)),
          sum + o,
          mask);
    }
  }

  /// Adds dy · ((x − mean) · rstd), fused, with a mean and rstd for each column.
  void addNormal(long r, long dy, long x, long mean, long rstd) {
    addNormal(scratch.address + (r & 15) * LANE, dy, x, n, mean, rstd);
  }

  private static void addNormal(long sum, long dy, long x, int n, long mean, long rstd) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      FloatVector h = load(x + o).sub(load(mean + o)).mul(load(rstd + o));
      store(load(dy + o).fma(h, load(sum + o)), sum + o);
    }
    if (i < n) {
      long o = 4L * i;
      VectorMask<Float> mask = first(n - i);
      FloatVector h = load(x + o, mask).sub(load(mean + o, mask)).mul(load(rstd + o, mask));
      store(load(dy + o, mask).fma(h, load(sum + o)), sum + o, mask);
    }
  }

  /// Adds (x − mean)², fused, with a mean for each column.
  void addDeviation(long r, long x, long mean) {
    addDeviation(scratch.address + (r & 15) * LANE, x, n, mean);
  }

  private static void addDeviation(long sum, long x, int n, long mean) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      FloatVector d = load(x + o).sub(load(mean + o));
      store(d.fma(d, load(sum + o)), sum + o);
    }
    if (i < n) {
      long o = 4L * i;
      VectorMask<Float> mask = first(n - i);
      FloatVector d = load(x + o, mask).sub(load(mean + o, mask));
      store(d.fma(d, load(sum + o)), sum + o, mask);
    }
  }

  /// Ends the sums: y = scale · Σ, or y += scale · Σ. A scale of 1 changes no bit.
  void finish(long y, float scale, boolean accumulate) {
    for (int width = 8; width > 0; width /= 2) {
      for (int j = 0; j < width && j + width < lanes; j++) { // lanes without a row are +0
        Strided.add(scratch.address + j * LANE, scratch.address + (j + width) * LANE, BLOCK);
      }
    }
    again(y, scale, accumulate);
  }

  /// Writes the finished sums once more.
  void again(long y, float scale, boolean accumulate) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      put(load(scratch.address + o).mul(all(scale)), y + o, accumulate);
    }
    if (i < n) {
      long o = 4L * i;
      put(load(scratch.address + o).mul(all(scale)), y + o, accumulate, first(n - i));
    }
  }

  @Override
  public void close() {
    scratch.close();
  }
}
