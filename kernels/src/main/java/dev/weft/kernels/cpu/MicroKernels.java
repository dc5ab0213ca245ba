package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.BYTES;
import static dev.weft.kernels.cpu.Vectors.F;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;

import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/// The inner loops of every product: a tile of R rows × V vectors of C stays in registers while k
/// runs.
///
/// `rowsRxV(a, b, bStep, count, in, inRow, out, outRow)`: for each row r and column j of the tile,
/// out = in + Σ a[r, k] · b[k, j], one chain of fused multiply-adds, k ascending. `in` may be `out`
/// (the chain goes on after a block of k), or a row of zeros with `inRow` 0 (it begins): so there
/// is no branch about the accumulators, which would cost C2 its registers. Row r of a stands at
/// `a + r · ROW`, with `ROW` a constant: with a variable the same loop is 5 % slower. Row k of b
/// stands at `b + k · bStep`.
///
/// Each method must stay what it is, one loop without calls that take vectors: one that is inlined,
/// or not, at the JIT's pleasure runs at a tenth of the speed.
final class MicroKernels {
  /// k that one call takes: a tile of a (six rows) stays in the first cache, a panel of b in the
  /// second.
  static final int K_BLOCK = 384;

  /// Bytes between rows of a: K_BLOCK values, padded so that six rows fall into different cache
  /// sets.
  static final long ROW = (K_BLOCK + 16) * 4;

  /// Rows of the largest tile.
  static final int ROWS = 6;

  /// Bytes of columns that [#columns] takes at a time.
  static final long GRAIN = 2L * BYTES;

  /// Bytes of a tile of a.
  static final long TILE = ROWS * ROW;

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private MicroKernels() {}

  static void rows6x3(
      long a, long b, long bStep, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, ALL, in, LITTLE);
    FloatVector c01 = FloatVector.fromMemorySegment(F, ALL, in + BYTES, LITTLE);
    FloatVector c02 = FloatVector.fromMemorySegment(F, ALL, in + 2L * BYTES, LITTLE);
    FloatVector c10 = FloatVector.fromMemorySegment(F, ALL, in + inRow, LITTLE);
    FloatVector c11 = FloatVector.fromMemorySegment(F, ALL, in + inRow + BYTES, LITTLE);
    FloatVector c12 = FloatVector.fromMemorySegment(F, ALL, in + inRow + 2L * BYTES, LITTLE);
    FloatVector c20 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow, LITTLE);
    FloatVector c21 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow + BYTES, LITTLE);
    FloatVector c22 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow + 2L * BYTES, LITTLE);
    FloatVector c30 = FloatVector.fromMemorySegment(F, ALL, in + 3 * inRow, LITTLE);
    FloatVector c31 = FloatVector.fromMemorySegment(F, ALL, in + 3 * inRow + BYTES, LITTLE);
    FloatVector c32 = FloatVector.fromMemorySegment(F, ALL, in + 3 * inRow + 2L * BYTES, LITTLE);
    FloatVector c40 = FloatVector.fromMemorySegment(F, ALL, in + 4 * inRow, LITTLE);
    FloatVector c41 = FloatVector.fromMemorySegment(F, ALL, in + 4 * inRow + BYTES, LITTLE);
    FloatVector c42 = FloatVector.fromMemorySegment(F, ALL, in + 4 * inRow + 2L * BYTES, LITTLE);
    FloatVector c50 = FloatVector.fromMemorySegment(F, ALL, in + 5 * inRow, LITTLE);
    FloatVector c51 = FloatVector.fromMemorySegment(F, ALL, in + 5 * inRow + BYTES, LITTLE);
    FloatVector c52 = FloatVector.fromMemorySegment(F, ALL, in + 5 * inRow + 2L * BYTES, LITTLE);
    for (int k = 0; k < count; k++) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, b, LITTLE);
      FloatVector b1 = FloatVector.fromMemorySegment(F, ALL, b + BYTES, LITTLE);
      FloatVector b2 = FloatVector.fromMemorySegment(F, ALL, b + 2L * BYTES, LITTLE);
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      FloatVector a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      FloatVector a2 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 2 * ROW));
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      c22 = a2.fma(b2, c22);
      FloatVector a3 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 3 * ROW));
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      c32 = a3.fma(b2, c32);
      FloatVector a4 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 4 * ROW));
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      c42 = a4.fma(b2, c42);
      FloatVector a5 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 5 * ROW));
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      c52 = a5.fma(b2, c52);
      a += 4;
      b += bStep;
    }
    c00.intoMemorySegment(ALL, out, LITTLE);
    c01.intoMemorySegment(ALL, out + BYTES, LITTLE);
    c02.intoMemorySegment(ALL, out + 2L * BYTES, LITTLE);
    c10.intoMemorySegment(ALL, out + outRow, LITTLE);
    c11.intoMemorySegment(ALL, out + outRow + BYTES, LITTLE);
    c12.intoMemorySegment(ALL, out + outRow + 2L * BYTES, LITTLE);
    c20.intoMemorySegment(ALL, out + 2 * outRow, LITTLE);
    c21.intoMemorySegment(ALL, out + 2 * outRow + BYTES, LITTLE);
    c22.intoMemorySegment(ALL, out + 2 * outRow + 2L * BYTES, LITTLE);
    c30.intoMemorySegment(ALL, out + 3 * outRow, LITTLE);
    c31.intoMemorySegment(ALL, out + 3 * outRow + BYTES, LITTLE);
    c32.intoMemorySegment(ALL, out + 3 * outRow + 2L * BYTES, LITTLE);
    c40.intoMemorySegment(ALL, out + 4 * outRow, LITTLE);
    c41.intoMemorySegment(ALL, out + 4 * outRow + BYTES, LITTLE);
    c42.intoMemorySegment(ALL, out + 4 * outRow + 2L * BYTES, LITTLE);
    c50.intoMemorySegment(ALL, out + 5 * outRow, LITTLE);
    c51.intoMemorySegment(ALL, out + 5 * outRow + BYTES, LITTLE);
    c52.intoMemorySegment(ALL, out + 5 * outRow + 2L * BYTES, LITTLE);
  }

  static void rows3x3(
      long a, long b, long bStep, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, ALL, in, LITTLE);
    FloatVector c01 = FloatVector.fromMemorySegment(F, ALL, in + BYTES, LITTLE);
    FloatVector c02 = FloatVector.fromMemorySegment(F, ALL, in + 2L * BYTES, LITTLE);
    FloatVector c10 = FloatVector.fromMemorySegment(F, ALL, in + inRow, LITTLE);
    FloatVector c11 = FloatVector.fromMemorySegment(F, ALL, in + inRow + BYTES, LITTLE);
    FloatVector c12 = FloatVector.fromMemorySegment(F, ALL, in + inRow + 2L * BYTES, LITTLE);
    FloatVector c20 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow, LITTLE);
    FloatVector c21 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow + BYTES, LITTLE);
    FloatVector c22 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow + 2L * BYTES, LITTLE);
    for (int k = 0; k < count; k++) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, b, LITTLE);
      FloatVector b1 = FloatVector.fromMemorySegment(F, ALL, b + BYTES, LITTLE);
      FloatVector b2 = FloatVector.fromMemorySegment(F, ALL, b + 2L * BYTES, LITTLE);
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      FloatVector a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      FloatVector a2 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 2 * ROW));
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      c22 = a2.fma(b2, c22);
      a += 4;
      b += bStep;
    }
    c00.intoMemorySegment(ALL, out, LITTLE);
    c01.intoMemorySegment(ALL, out + BYTES, LITTLE);
    c02.intoMemorySegment(ALL, out + 2L * BYTES, LITTLE);
    c10.intoMemorySegment(ALL, out + outRow, LITTLE);
    c11.intoMemorySegment(ALL, out + outRow + BYTES, LITTLE);
    c12.intoMemorySegment(ALL, out + outRow + 2L * BYTES, LITTLE);
    c20.intoMemorySegment(ALL, out + 2 * outRow, LITTLE);
    c21.intoMemorySegment(ALL, out + 2 * outRow + BYTES, LITTLE);
    c22.intoMemorySegment(ALL, out + 2 * outRow + 2L * BYTES, LITTLE);
  }

  static void rows2x3(
      long a, long b, long bStep, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, ALL, in, LITTLE);
    FloatVector c01 = FloatVector.fromMemorySegment(F, ALL, in + BYTES, LITTLE);
    FloatVector c02 = FloatVector.fromMemorySegment(F, ALL, in + 2L * BYTES, LITTLE);
    FloatVector c10 = FloatVector.fromMemorySegment(F, ALL, in + inRow, LITTLE);
    FloatVector c11 = FloatVector.fromMemorySegment(F, ALL, in + inRow + BYTES, LITTLE);
    FloatVector c12 = FloatVector.fromMemorySegment(F, ALL, in + inRow + 2L * BYTES, LITTLE);
    for (int k = 0; k < count; k++) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, b, LITTLE);
      FloatVector b1 = FloatVector.fromMemorySegment(F, ALL, b + BYTES, LITTLE);
      FloatVector b2 = FloatVector.fromMemorySegment(F, ALL, b + 2L * BYTES, LITTLE);
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      FloatVector a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      a += 4;
      b += bStep;
    }
    c00.intoMemorySegment(ALL, out, LITTLE);
    c01.intoMemorySegment(ALL, out + BYTES, LITTLE);
    c02.intoMemorySegment(ALL, out + 2L * BYTES, LITTLE);
    c10.intoMemorySegment(ALL, out + outRow, LITTLE);
    c11.intoMemorySegment(ALL, out + outRow + BYTES, LITTLE);
    c12.intoMemorySegment(ALL, out + outRow + 2L * BYTES, LITTLE);
  }

  static void rows1x3(
      long a, long b, long bStep, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, ALL, in, LITTLE);
    FloatVector c01 = FloatVector.fromMemorySegment(F, ALL, in + BYTES, LITTLE);
    FloatVector c02 = FloatVector.fromMemorySegment(F, ALL, in + 2L * BYTES, LITTLE);
    for (int k = 0; k < count; k++) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, b, LITTLE);
      FloatVector b1 = FloatVector.fromMemorySegment(F, ALL, b + BYTES, LITTLE);
      FloatVector b2 = FloatVector.fromMemorySegment(F, ALL, b + 2L * BYTES, LITTLE);
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      a += 4;
      b += bStep;
    }
    c00.intoMemorySegment(ALL, out, LITTLE);
    c01.intoMemorySegment(ALL, out + BYTES, LITTLE);
    c02.intoMemorySegment(ALL, out + 2L * BYTES, LITTLE);
  }

  static void rows6x2(
      long a, long b, long bStep, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, ALL, in, LITTLE);
    FloatVector c01 = FloatVector.fromMemorySegment(F, ALL, in + BYTES, LITTLE);
    FloatVector c10 = FloatVector.fromMemorySegment(F, ALL, in + inRow, LITTLE);
    FloatVector c11 = FloatVector.fromMemorySegment(F, ALL, in + inRow + BYTES, LITTLE);
    FloatVector c20 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow, LITTLE);
    FloatVector c21 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow + BYTES, LITTLE);
    FloatVector c30 = FloatVector.fromMemorySegment(F, ALL, in + 3 * inRow, LITTLE);
    FloatVector c31 = FloatVector.fromMemorySegment(F, ALL, in + 3 * inRow + BYTES, LITTLE);
    FloatVector c40 = FloatVector.fromMemorySegment(F, ALL, in + 4 * inRow, LITTLE);
    FloatVector c41 = FloatVector.fromMemorySegment(F, ALL, in + 4 * inRow + BYTES, LITTLE);
    FloatVector c50 = FloatVector.fromMemorySegment(F, ALL, in + 5 * inRow, LITTLE);
    FloatVector c51 = FloatVector.fromMemorySegment(F, ALL, in + 5 * inRow + BYTES, LITTLE);
    for (int k = 0; k < count; k++) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, b, LITTLE);
      FloatVector b1 = FloatVector.fromMemorySegment(F, ALL, b + BYTES, LITTLE);
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 2 * ROW));
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 3 * ROW));
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      FloatVector a4 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 4 * ROW));
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      FloatVector a5 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 5 * ROW));
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      a += 4;
      b += bStep;
    }
    c00.intoMemorySegment(ALL, out, LITTLE);
    c01.intoMemorySegment(ALL, out + BYTES, LITTLE);
    c10.intoMemorySegment(ALL, out + outRow, LITTLE);
    c11.intoMemorySegment(ALL, out + outRow + BYTES, LITTLE);
    c20.intoMemorySegment(ALL, out + 2 * outRow, LITTLE);
    c21.intoMemorySegment(ALL, out + 2 * outRow + BYTES, LITTLE);
    c30.intoMemorySegment(ALL, out + 3 * outRow, LITTLE);
    c31.intoMemorySegment(ALL, out + 3 * outRow + BYTES, LITTLE);
    c40.intoMemorySegment(ALL, out + 4 * outRow, LITTLE);
    c41.intoMemorySegment(ALL, out + 4 * outRow + BYTES, LITTLE);
    c50.intoMemorySegment(ALL, out + 5 * outRow, LITTLE);
    c51.intoMemorySegment(ALL, out + 5 * outRow + BYTES, LITTLE);
  }

  static void rows3x2(
      long a, long b, long bStep, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, ALL, in, LITTLE);
    FloatVector c01 = FloatVector.fromMemorySegment(F, ALL, in + BYTES, LITTLE);
    FloatVector c10 = FloatVector.fromMemorySegment(F, ALL, in + inRow, LITTLE);
    FloatVector c11 = FloatVector.fromMemorySegment(F, ALL, in + inRow + BYTES, LITTLE);
    FloatVector c20 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow, LITTLE);
    FloatVector c21 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow + BYTES, LITTLE);
    for (int k = 0; k < count; k++) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, b, LITTLE);
      FloatVector b1 = FloatVector.fromMemorySegment(F, ALL, b + BYTES, LITTLE);
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 2 * ROW));
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      a += 4;
      b += bStep;
    }
    c00.intoMemorySegment(ALL, out, LITTLE);
    c01.intoMemorySegment(ALL, out + BYTES, LITTLE);
    c10.intoMemorySegment(ALL, out + outRow, LITTLE);
    c11.intoMemorySegment(ALL, out + outRow + BYTES, LITTLE);
    c20.intoMemorySegment(ALL, out + 2 * outRow, LITTLE);
    c21.intoMemorySegment(ALL, out + 2 * outRow + BYTES, LITTLE);
  }

  static void rows2x2(
      long a, long b, long bStep, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, ALL, in, LITTLE);
    FloatVector c01 = FloatVector.fromMemorySegment(F, ALL, in + BYTES, LITTLE);
    FloatVector c10 = FloatVector.fromMemorySegment(F, ALL, in + inRow, LITTLE);
    FloatVector c11 = FloatVector.fromMemorySegment(F, ALL, in + inRow + BYTES, LITTLE);
    for (int k = 0; k < count; k++) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, b, LITTLE);
      FloatVector b1 = FloatVector.fromMemorySegment(F, ALL, b + BYTES, LITTLE);
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      a += 4;
      b += bStep;
    }
    c00.intoMemorySegment(ALL, out, LITTLE);
    c01.intoMemorySegment(ALL, out + BYTES, LITTLE);
    c10.intoMemorySegment(ALL, out + outRow, LITTLE);
    c11.intoMemorySegment(ALL, out + outRow + BYTES, LITTLE);
  }

  static void rows1x2(
      long a, long b, long bStep, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, ALL, in, LITTLE);
    FloatVector c01 = FloatVector.fromMemorySegment(F, ALL, in + BYTES, LITTLE);
    for (int k = 0; k < count; k++) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, b, LITTLE);
      FloatVector b1 = FloatVector.fromMemorySegment(F, ALL, b + BYTES, LITTLE);
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      a += 4;
      b += bStep;
    }
    c00.intoMemorySegment(ALL, out, LITTLE);
    c01.intoMemorySegment(ALL, out + BYTES, LITTLE);
  }

  /// Rows of the next tile when `left` are left: six, as long as no single row remains, which is
  /// slow.
  static int tileRows(int left) {
    return left == 7 || left == 5 ? 3 : left == 4 ? 2 : Math.min(left, ROWS);
  }

  /// How many tiles `rows` rows make.
  static int tiles(int rows) {
    int rest = rows % ROWS;
    return rows / ROWS + (rest == 0 ? 0 : rest == 4 || rest == 5 || rest == 1 && rows > 1 ? 2 : 1);
  }

  /// A tile against a panel of 48 columns.
  static void tile(
      int rows, long a, long b, int count, long in, long inRow, long out, long outRow) {
    tile(rows, a, b, Panels.ROW_BYTES, count, in, inRow, out, outRow);
  }

  /// A tile against 48 columns of rows that stand `bStep` bytes apart.
  static void tile(
      int rows, long a, long b, long bStep, int count, long in, long inRow, long out, long outRow) {
    if (LANES == 8) {
      for (int j = 0; j < Panels.ROW_BYTES; j += 2 * BYTES) {
        switch (rows) {
          case 6 -> rows6x2(a, b + j, bStep, count, in + j, inRow, out + j, outRow);
          case 3 -> rows3x2(a, b + j, bStep, count, in + j, inRow, out + j, outRow);
          case 2 -> rows2x2(a, b + j, bStep, count, in + j, inRow, out + j, outRow);
          default -> rows1x2(a, b + j, bStep, count, in + j, inRow, out + j, outRow);
        }
      }
    } else {
      for (int j = 0; j < Panels.ROW_BYTES; j += 3 * BYTES) {
        switch (rows) {
          case 6 -> rows6x3(a, b + j, bStep, count, in + j, inRow, out + j, outRow);
          case 3 -> rows3x3(a, b + j, bStep, count, in + j, inRow, out + j, outRow);
          case 2 -> rows2x3(a, b + j, bStep, count, in + j, inRow, out + j, outRow);
          default -> rows1x3(a, b + j, bStep, count, in + j, inRow, out + j, outRow);
        }
      }
    }
  }

  /// A tile against `width` bytes of columns, a multiple of [#GRAIN], of rows that stand `bStep`
  /// bytes apart.
  static void columns(
      int rows,
      long a,
      long b,
      long bStep,
      int count,
      long in,
      long inRow,
      long out,
      long outRow,
      long width) {
    for (long j = 0; j < width; j += GRAIN) {
      switch (rows) {
        case 6 -> rows6x2(a, b + j, bStep, count, in + j, inRow, out + j, outRow);
        case 3 -> rows3x2(a, b + j, bStep, count, in + j, inRow, out + j, outRow);
        case 2 -> rows2x2(a, b + j, bStep, count, in + j, inRow, out + j, outRow);
        default -> rows1x2(a, b + j, bStep, count, in + j, inRow, out + j, outRow);
      }
    }
  }
}
