package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.BYTES;
import static dev.weft.kernels.cpu.Vectors.I;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;
import static dev.weft.kernels.cpu.Vectors.load;
import static dev.weft.kernels.cpu.Vectors.store;

import dev.weft.tensor.DType;
import dev.weft.tensor.Weight;
import jdk.incubator.vector.IntVector;

/// The right side of a product in panels of 48 columns, k-major, as [Weight] lays them out; or a
/// dense matrix that is still to be packed, block by block where it is used.
///
/// @param type F32, BF16 or I8
/// @param address of element (0, 0); of a dense matrix 0
/// @param scales address of an I8 pack's scales, else 0
/// @param k rows
/// @param n columns that count; the last panel's others are zero
/// @param dense the matrix, null when packed
record Panels(DType type, long address, long scales, int k, int n, Dense dense) {
  /// Columns.
  static final int WIDTH = Weight.PANEL;

  /// Bytes of a panel's row in F32.
  static final int ROW_BYTES = WIDTH * Float.BYTES;

  /// With more rows in a product its matrix is packed before, not again for each part of the rows.
  private static final int LATE = 512;

  /// Values in a line of the caches.
  private static final int LINE = 16;

  /// With fewer elements waking the team takes longer than packing.
  private static final int SMALL = 1 << 14;

  /// An F32 matrix as it lies in memory; strides in bytes.
  record Dense(long address, long kStride, long nStride) {}

  static Panels of(Weight w) {
    long scales = w.scales() == null ? 0 : w.scales().address();
    return new Panels(w.dtype(), w.panels().address(), scales, w.in(), w.out(), null);
  }

  /// Whether a product of this many rows packs a dense matrix while it runs: so a large weight is
  /// read once, and its panels never leave the second cache.
  static boolean late(int rows) {
    return rows > 1 && rows <= LATE;
  }

  /// A (k, n) matrix that is packed late.
  static Panels dense(long address, long kStride, long nStride, int k, int n) {
    return new Panels(DType.F32, 0, 0, k, n, new Dense(address, kStride, nStride));
  }

  /// Whether tiles can read them where they are.
  boolean ready() {
    return type == DType.F32 && dense == null;
  }

  static int count(int n) {
    return Math.ceilDiv(n, WIDTH);
  }

  int count() {
    return count(n);
  }

  /// Bytes that F32 panels of a (k, n) matrix take.
  static long bytes(int k, int n) {
    return (long) count(n) * k * ROW_BYTES;
  }

  /// Element (row, 0) of a panel; in BF16, where two rows lie in one, of an even row.
  long address(int panel, int row) {
    return address
        + ((long) panel * Weight.Layout.host(type).depth(k) + row) * WIDTH * type.bytes();
  }

  /// The scales of a panel's columns for one group of k.
  long scales(int panel, int group) {
    return scales + ((long) panel * Math.ceilDiv(k, Weight.GROUP) + group) * ROW_BYTES;
  }

  /// Columns of a panel that count.
  int columns(int panel) {
    return Math.min(WIDTH, n - panel * WIDTH);
  }

  /// Packs a (k, n) matrix at `target` as F32; strides in bytes.
  static Panels pack(
      Team team, long target, long source, long kStride, long nStride, int k, int n) {
    Panels panels = new Panels(DType.F32, target, 0, k, n, null);
    int parts = (long) k * n < SMALL ? 1 : Math.min(panels.count(), 4 * team.size());
    team.run(
        parts,
        part -> {
          int first = panels.count() * part / parts;
          int end = panels.count() * (part + 1) / parts;
          long from = source + (long) first * WIDTH * nStride;
          int columns = Math.min(end * WIDTH, n) - first * WIDTH;
          pack(panels.address(first, 0), from, kStride, nStride, k, columns);
        });
    return panels;
  }

  /// Fills F32 panels, one behind the other, with the first `n` columns of a matrix; strides in
  /// bytes.
  static void pack(long target, long source, long kStride, long nStride, int k, int n) {
    long[] y = kStride == Float.BYTES ? new long[Square.SIDE] : null;
    for (int begun = 0; begun < n; begun += WIDTH) {
      int columns = Math.min(WIDTH, n - begun);
      if (nStride == Float.BYTES) {
        packRows(target, source, kStride, k, columns);
      } else if (kStride == Float.BYTES) {
        packColumns(y, target, source, nStride, k, columns);
      } else {
        for (int i = 0; i < k; i++) {
          packElements(target + (long) i * ROW_BYTES, source + i * kStride, nStride, columns);
        }
      }
      target += (long) k * ROW_BYTES;
      source += WIDTH * nStride;
    }
  }

  private static void packRows(long target, long source, long kStride, int k, int columns) {
    for (int i = 0; i < k; i++) {
      if (columns == WIDTH) {
        for (int j = 0; j < ROW_BYTES; j += BYTES) {
          store(load(source + j), target + j);
        }
      } else {
        packElements(target, source, Float.BYTES, columns);
      }
      source += kStride;
      target += ROW_BYTES;
    }
  }

  /// Sixteen k at a time: a cache line of each column. `y` is for the rows of a square.
  private static void packColumns(
      long[] y, long target, long source, long nStride, int k, int columns) {
    for (int k0 = 0; k0 < k; k0 += LINE) {
      int count = Math.min(LINE, k - k0);
      long to = target + (long) k0 * ROW_BYTES;
      long from = source + k0 * 4L;
      int j = 0;
      if (count == LINE && Square.fits()) {
        int squares = columns / Square.SIDE;
        for (int i = 0; i < LINE; i += Square.SIDE) {
          for (int r = 0; r < Square.SIDE; r++) {
            y[r] = to + (long) (i + r) * ROW_BYTES;
          }
          Square.transpose(y, from + i * 4L, nStride, squares);
        }
        j = squares * Square.SIDE;
      }
      for (; j < WIDTH; j++) {
        for (int i = 0; i < count; i++) {
          float value = j < columns ? Native.get(from + j * nStride + i * 4L) : 0;
          Native.set(to + (long) i * ROW_BYTES + j * 4L, value);
        }
      }
    }
  }

  private static void packElements(long target, long source, long nStride, int columns) {
    for (int j = 0; j < columns; j++) {
      Native.set(target + j * 4L, Native.get(source + j * nStride));
    }
    for (int j = columns; j < WIDTH; j++) {
      Native.set(target + j * 4L, 0);
    }
  }

  /// Rows `from` … `from + count − 1` of a panel as F32 (an I8 pack's values, unscaled). In BF16
  /// `from` is even, and the partner of an odd last row is written too.
  void widen(long target, int panel, int from, int count) {
    if (dense != null) {
      long matrix = dense.address + from * dense.kStride + (long) panel * WIDTH * dense.nStride;
      pack(target, matrix, dense.kStride, dense.nStride, count, columns(panel));
      return;
    }
    long source = address(panel, from);
    if (type == DType.BF16) {
      for (int k = 0; k < count; k += 2) {
        for (int j = 0; j < ROW_BYTES; j += BYTES) {
          IntVector pair = IntVector.fromMemorySegment(I, ALL, source + j, LITTLE);
          OneRow.even(pair).intoMemorySegment(ALL, target + j, LITTLE);
          OneRow.odd(pair).intoMemorySegment(ALL, target + ROW_BYTES + j, LITTLE);
        }
        source += ROW_BYTES;
        target += 2L * ROW_BYTES;
      }
    } else {
      int vectors = count * (WIDTH / LANES);
      for (int i = 0; i < vectors; i++) {
        store(OneRow.i8(source), target);
        source += BYTES / 4;
        target += BYTES;
      }
    }
  }
}
