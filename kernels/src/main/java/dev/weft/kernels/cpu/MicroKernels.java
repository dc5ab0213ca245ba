package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.FLOAT;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.BYTES;
import static dev.weft.kernels.cpu.Vectors.F;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;

import java.util.Set;
import jdk.incubator.vector.FloatVector;

/// The inner loops of every product: a tile of R rows × V vectors of C stays in registers while k
/// runs. [Tiles3], [Tiles2] and [Tiles1] hold them by width.
///
/// `rowsR(a, b, bStep, count, in, inRow, out, outRow)`: for each row r and column j of the tile,
/// out = in + Σ a[r, k] · b[k, j], one chain of fused multiply-adds, k ascending. `count` is even
/// and not negative, or a loop that ends at an address misses it: two k a round are a twentieth
/// faster where there are 32 registers; with six rows they are too large for the compiler, now and
/// then. `in` may be `out` (the chain goes on after a block of k), or a row of zeros with `inRow` 0
/// (it begins): so there is no branch about the accumulators, which would cost C2 its registers.
/// Row r of a stands at `a + r · ROW`, with `ROW` a constant: with a variable the same loop is 5 %
/// slower. Row k of b stands at `b + k · bStep`.
///
/// Each method must stay what it is, one loop without calls that take vectors: one that is inlined,
/// or not, at the JIT's pleasure runs at a tenth of the speed.
final class MicroKernels {
  /// k that one call takes: a tile of a (four rows) stays in the first cache, a panel of b in the
  /// second.
  static final int K_BLOCK = 384;

  /// Bytes between rows of a: K_BLOCK values, padded so that its rows fall into different cache
  /// sets.
  static final long ROW = (K_BLOCK + 16) * 4;

  /// Rows of the largest tile.
  static final int ROWS = 4;

  /// Bytes of columns that [#columns] takes at a time.
  static final long GRAIN = 2L * BYTES;

  /// Bytes of a tile of a.
  static final long TILE = ROWS * ROW;

  /// Whether a tile of four rows by three vectors leaves registers free. There are 32, but on x86
  /// only with 512 bits for certain; sixteen are filled by the tile, with twelve sums, three of b
  /// and one of a, and then each a must be loaded where it is used. The compiler does so while it
  /// has to check the address of each, which it does in a loop whose length it cannot tell;
  /// otherwise it loads all of them first, sums go to memory and back, and half of the speed is
  /// lost.
  static final boolean ROOMY =
      LANES == 16 || !Set.of("amd64", "x86_64").contains(System.getProperty("os.arch"));

  /// The bits of an address that count: of so few it needs no check.
  static final long ADDRESS = (1L << 56) - 1;

  /// Of an address that a round leaves to the next, the bits that count. Where the tile is roomy,
  /// it
  /// needs neither a check, then, nor is it computed anew from k, which together are a tenth of the
  /// loop's instructions. Elsewhere a's checks are wanted.
  static final long CARRIED = ROOMY ? ADDRESS : -1;

  private MicroKernels() {}

  /// Rows of the next tile when `left` are left: four, or what leaves no single row, whose chains
  /// would be too few to fill the pipeline.
  static int tileRows(int left) {
    return left == 5 ? 3 : Math.min(left, ROWS);
  }

  /// How many tiles `rows` rows make.
  static int tiles(int rows) {
    return Math.ceilDiv(rows, ROWS);
  }

  /// A tile against a panel of 48 columns.
  static void tile(
      int rows, long a, long b, int count, long in, long inRow, long out, long outRow) {
    tile(rows, a, b, Panels.ROW_BYTES, count, in, inRow, out, outRow, Panels.WIDTH);
  }

  /// A tile against the first columns of 48, in rows that stand `bStep` bytes apart. Columns that
  /// follow the last are computed too, up to the 48th.
  static void tile(
      int rows,
      long a,
      long b,
      long bStep,
      int count,
      long in,
      long inRow,
      long out,
      long outRow,
      int columns) {
    if (LANES == 16) {
      if (columns > 2 * LANES) {
        three(rows, a, b, bStep, count, in, inRow, out, outRow);
      } else if (columns > LANES) {
        two(rows, a, b, bStep, count, in, inRow, out, outRow);
      } else {
        one(rows, a, b, bStep, count, in, inRow, out, outRow);
      }
    } else if (SixVectors.FIT && rows == 1 && columns > 3 * LANES && bStep == Panels.ROW_BYTES) {
      SixVectors.f32(a, b, count & -2, in, out);
      odd(1, 6, a, b, bStep, count, out, outRow);
    } else {
      for (int j = 0; j < columns * 4; j += 3 * BYTES) {
        three(rows, a, b + j, bStep, count, in + j, inRow, out + j, outRow);
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
      two(rows, a, b + j, bStep, count, in + j, inRow, out + j, outRow);
    }
  }

  private static void three(
      int rows, long a, long b, long bStep, int count, long in, long inRow, long out, long outRow) {
    int even = count & -2;
    switch (rows) {
      case 4 -> Tiles3.rows4(a, b, bStep, even, in, inRow, out, outRow);
      case 3 -> Tiles3.rows3(a, b, bStep, even, in, inRow, out, outRow);
      case 2 -> Tiles3.rows2(a, b, bStep, even, in, inRow, out, outRow);
      default -> Tiles3.rows1(a, b, bStep, even, in, inRow, out, outRow);
    }
    odd(rows, 3, a, b, bStep, count, out, outRow);
  }

  private static void two(
      int rows, long a, long b, long bStep, int count, long in, long inRow, long out, long outRow) {
    int even = count & -2;
    switch (rows) {
      case 4 -> Tiles2.rows4(a, b, bStep, even, in, inRow, out, outRow);
      case 3 -> Tiles2.rows3(a, b, bStep, even, in, inRow, out, outRow);
      case 2 -> Tiles2.rows2(a, b, bStep, even, in, inRow, out, outRow);
      default -> Tiles2.rows1(a, b, bStep, even, in, inRow, out, outRow);
    }
    odd(rows, 2, a, b, bStep, count, out, outRow);
  }

  private static void one(
      int rows, long a, long b, long bStep, int count, long in, long inRow, long out, long outRow) {
    int even = count & -2;
    switch (rows) {
      case 4 -> Tiles1.rows4(a, b, bStep, even, in, inRow, out, outRow);
      case 3 -> Tiles1.rows3(a, b, bStep, even, in, inRow, out, outRow);
      case 2 -> Tiles1.rows2(a, b, bStep, even, in, inRow, out, outRow);
      default -> Tiles1.rows1(a, b, bStep, even, in, inRow, out, outRow);
    }
    odd(rows, 1, a, b, bStep, count, out, outRow);
  }

  /// Carries the chains in `out` on through the last k when `count` is odd. Nothing but the Vector
  /// API: behind a tile, helpers that take vectors are left out of line.
  private static void odd(
      int rows, int vectors, long a, long b, long bStep, int count, long out, long outRow) {
    if (count % 2 == 0) {
      return;
    }
    a += (count - 1) * 4L;
    b += (count - 1) * bStep;
    for (int r = 0; r < rows; r++) {
      for (long j = 0; j < (long) vectors * BYTES; j += BYTES) {
        long c = out + r * outRow + j;
        FloatVector.broadcast(F, ALL.get(FLOAT, a + r * ROW))
            .fma(
                FloatVector.fromMemorySegment(F, ALL, b + j, LITTLE),
                FloatVector.fromMemorySegment(F, ALL, c, LITTLE))
            .intoMemorySegment(ALL, c, LITTLE);
      }
    }
  }
}
