package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.F;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;
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
/// stays in the cache, so that the matrix is read row by row, as it lies. Threads take blocks, as
/// wide as their number allows: a narrow block reads little of each page (measured: 128 columns 6
/// GB/s).
final class ColumnSums implements AutoCloseable {
  /// Columns of the widest block, whose lanes take 128 KiB of the second-level cache.
  private static final int WIDEST = 2048;

  private final Scratch scratch;
  private final long lane; // bytes from lane to lane
  private final int lanes; // those that rows fall into
  private int n;

  /// Sums over `rows` rows of at most `width` columns.
  ColumnSums(Device device, long rows, int width) {
    lane = 4L * (Math.ceilDiv(width, 16) * 16 + 16);
    lanes = Math.clamp(rows, 1, 16);
    scratch = new Scratch(device, lanes * lane);
  }

  /// How wide blocks are when each of `groups` matrices has so many columns: a multiple of sixteen.
  static int width(int columns, long groups, Team team) {
    int threads = (int) Math.ceilDiv(team.size(), Math.max(1, groups));
    int blocks = Math.ceilDiv(columns, threads * WIDEST) * threads; // as many for each thread
    int width = Math.ceilDiv(Math.ceilDiv(columns, Math.max(1, blocks)), 16) * 16;
    return Math.clamp(width, 16, WIDEST);
  }

  /// Begins new sums of so many columns, all 0.
  void clear(int columns) {
    n = columns;
    Strided.zero(scratch.address, (int) (lanes * lane / 4), false);
  }

  /// Begins new extremes of so many columns, written by [#again].
  void clear(int columns, float extreme) {
    n = columns;
    Strided.spread(scratch.address, extreme, n);
  }

  /// Keeps the larger values of a row, NaN above all.
  void max(long x) {
    long most = scratch.address;
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      store(load(most + o).max(load(x + o)), most + o);
    }
    if (i < n) {
      long o = 4L * i;
      store(load(most + o).max(load(x + o, first(n - i))), most + o);
    }
  }

  /// Keeps the smaller values of a row, NaN below all.
  void min(long x) {
    long least = scratch.address;
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      store(load(least + o).min(load(x + o)), least + o);
    }
    if (i < n) {
      long o = 4L * i;
      store(load(least + o).min(load(x + o, first(n - i))), least + o);
    }
  }

  /// Adds row number r, whose first column stands at x.
  void add(long r, long x) {
    add(scratch.address + (r & 15) * lane, x, n);
  }

  /// Adds rows 0 … rows − 1, the first of which stands at x: four at a time that share a lane, so
  /// that it is read and written once for them.
  void addAll(long x, long stride, int rows) {
    int r = 0;
    for (; r <= rows - 64; r += 64) {
      for (int j = 0; j < 16; j++) {
        addFour(scratch.address + j * lane, x + (r + j) * stride, 16 * stride, n);
      }
    }
    for (; r < rows; r++) {
      add(r, x + r * stride);
    }
  }

  private static void addFour(long sum, long x, long stride, int n) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      FloatVector two = load(sum + o).add(load(x + o)).add(load(x + stride + o));
      FloatVector four = two.add(load(x + 2 * stride + o)).add(load(x + 3 * stride + o));
      store(four, sum + o);
    }
    if (i < n) {
      long o = 4L * i;
      VectorMask<Float> mask = first(n - i);
      FloatVector two = load(sum + o).add(load(x + o, mask)).add(load(x + stride + o, mask));
      FloatVector three = two.add(load(x + 2 * stride + o, mask));
      store(three.add(load(x + 3 * stride + o, mask)), sum + o);
    }
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
    addNormal(scratch.address + (r & 15) * lane, dy, x, n, mean, rstd);
  }

  /// Nothing but the Vector API in the loop: the gradient of a few rows becomes one method with all
  /// its loops, too large for the compiler to take helpers into.
  private static void addNormal(long sum, long dy, long x, int n, float mean, float rstd) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      FloatVector.fromMemorySegment(F, ALL, dy + o, LITTLE)
          .fma(
              FloatVector.fromMemorySegment(F, ALL, x + o, LITTLE).sub(mean).mul(rstd),
              FloatVector.fromMemorySegment(F, ALL, sum + o, LITTLE))
          .intoMemorySegment(ALL, sum + o, LITTLE);
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
    addNormal(scratch.address + (r & 15) * lane, dy, x, n, mean, rstd);
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
    addDeviation(scratch.address + (r & 15) * lane, x, n, mean);
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
        Strided.add(scratch.address + j * lane, scratch.address + (j + width) * lane, n);
      }
    }
    again(y, scale, accumulate);
  }

  /// Writes the finished sums (once more), or the extremes.
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
