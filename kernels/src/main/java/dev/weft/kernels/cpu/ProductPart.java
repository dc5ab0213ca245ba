package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.MicroKernels.K_BLOCK;
import static dev.weft.kernels.cpu.MicroKernels.ROW;
import static dev.weft.kernels.cpu.MicroKernels.TILE;
import static dev.weft.kernels.cpu.Native.ZEROS;
import static dev.weft.kernels.cpu.Panels.ROW_BYTES;
import static dev.weft.kernels.cpu.Panels.WIDTH;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.BYTES;
import static dev.weft.kernels.cpu.Vectors.F;
import static dev.weft.kernels.cpu.Vectors.LITTLE;

import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Weight;
import jdk.incubator.vector.FloatVector;

/// A run of rows of a [Product]: packs them, then goes through panels. One row needs no packing and
/// takes all k at once; more lie in tiles, block after block of k.
final class ProductPart {
  /// Blocks of k that are packed at once.
  private static final int BLOCKS = 4;

  private final Product product;
  private final Panels b;
  private final int firstRow;
  private final int rows;
  private final int block; // k of a block
  private final int depth; // k that are packed at once
  private final int blocks; // in a depth
  private final Device device;
  private final boolean sliced; // then the chains lie side by side until a panel is done
  private final int slice; // k of a block that all tiles take before the next
  private final boolean narrow; // whether the panels are widened in registers

  private long a; // the packed rows: tile, block, row; or the row itself
  private long wide; // what is widened at once of a panel, as packed F32
  private long chains; // of one group of an I8 panel, rows of 48
  private long edge; // C where the chains do not lie in it, rows of 48

  /// @param sliced whether it goes through a panel in slices; see [Product]
  ProductPart(Product product, int firstRow, int rows, boolean sliced, Device device) {
    this.product = product;
    this.b = product.b();
    this.firstRow = firstRow;
    this.rows = rows;
    this.device = device;
    block = rows == 1 ? b.k() : K_BLOCK;
    depth = rows == 1 ? b.k() : Math.min((b.dense() == null ? BLOCKS : 1) * K_BLOCK, b.k());
    blocks = block == 0 ? 0 : Math.ceilDiv(depth, block);
    narrow = NarrowTiles.fits(b.type(), rows);
    this.sliced = sliced;
    slice = !sliced ? block : b.type() == DType.F32 ? 16 : 32;
  }

  void run(int panel, int endPanel) {
    boolean widens = !b.ready() && rows > 1;
    long packed = rows == 1 ? depth * 4L : (long) MicroKernels.tiles(rows) * blocks * TILE;
    long wideBytes = widens ? (long) K_BLOCK * ROW_BYTES : 0;
    long chainBytes = widens && b.type() == DType.I8 ? (long) rows * ROW_BYTES : 0;
    try (Scratch scratch =
        new Scratch(device, align(packed) + wideBytes + chainBytes + (long) rows * ROW_BYTES)) {
      a = scratch.address;
      wide = a + align(packed);
      chains = wide + wideBytes;
      edge = chains + chainBytes;
      int k = 0;
      do {
        pack(k, Math.min(depth, b.k() - k));
        for (int p = panel; p < endPanel; p++) {
          panel(p, k, Math.min(b.k(), k + depth));
        }
        k += depth;
      } while (k < b.k());
    }
  }

  private static long align(long bytes) {
    return (bytes + 63) & -64;
  }

  private void pack(int k, int count) {
    long source = product.a() + firstRow * product.aRow() + k * product.aStep();
    if (rows == 1) {
      if (product.aStep() == Float.BYTES) {
        a = source;
      } else {
        Strided.gather(4, a, source, product.aStep(), count);
      }
      return;
    }
    if (Square.fits()
        && rows >= Square.SIDE
        && product.aRow() == Float.BYTES
        && product.aStep() != Float.BYTES) {
      packColumns(source, count);
      return;
    }
    long target = a;
    for (int row = 0, height; row < rows; row += height) {
      height = MicroKernels.tileRows(rows - row);
      for (int at = 0; at < count; at += K_BLOCK) {
        int run = Math.min(K_BLOCK, count - at);
        long from = source + row * product.aRow() + at * product.aStep();
        long to = target + at / K_BLOCK * TILE;
        for (int r = 0; r < height; r++) {
          Strided.gather(4, to + r * ROW, from + r * product.aRow(), product.aStep(), run);
        }
      }
      target += blocks * TILE;
    }
  }

  /// Of a transposed matrix, whose columns are contiguous, at least a square of rows: squares
  /// of it, and the k that are left by themselves.
  private void packColumns(long source, int count) {
    long[] to = new long[rows];
    long target = a;
    for (int row = 0, height; row < rows; row += height) {
      height = MicroKernels.tileRows(rows - row);
      for (int r = 0; r < height; r++) {
        to[row + r] = target + r * ROW;
      }
      target += blocks * TILE;
    }
    long step = product.aStep();
    long[] y = new long[Square.SIDE];
    for (int k = 0; k < count; k += K_BLOCK) {
      int run = Math.min(K_BLOCK, count - k);
      int whole = run / Square.SIDE * Square.SIDE;
      long at = k / K_BLOCK * TILE;
      long from = source + k * step;
      for (int begun = 0; begun < rows; begun += Square.SIDE) {
        int row = Math.min(begun, rows - Square.SIDE); // the last may meet the one before it again
        for (int r = 0; r < Square.SIDE; r++) {
          y[r] = to[row + r] + at;
        }
        Square.transpose(y, from + row * 4L, step, run / Square.SIDE);
        for (int r = row; r < row + Square.SIDE; r++) {
          long rest = from + r * 4L + whole * step;
          Strided.gather(4, to[r] + at + whole * 4L, rest, step, run - whole);
        }
      }
    }
  }

  /// Carries the chains of one panel from k to kEnd, and finishes them at the end.
  private void panel(int p, int k, int kEnd) {
    boolean whole = !sliced && b.columns(p) == WIDTH;
    long c = product.c() + firstRow * product.cRow() + (long) p * ROW_BYTES;
    long out = whole ? c : edge;
    long outRow = whole ? product.cRow() : ROW_BYTES;
    boolean begins = k == 0 && !product.accumulate();
    if (!whole && !begins) {
      copy(edge, ROW_BYTES, c, product.cRow(), b.columns(p));
    }
    int at = k;
    do {
      int count = Math.min(block, kEnd - at);
      long tiles = a + (long) (at - k) / K_BLOCK * TILE;
      block(p, at, count, tiles, out, outRow, begins);
      begins = false;
      at += block;
    } while (at < kEnd);
    if (kEnd == b.k()) {
      product.epilogue().apply(out, outRow, firstRow, rows, p * WIDTH, b.columns(p));
    }
    if (!whole) {
      copy(c, product.cRow(), edge, ROW_BYTES, b.columns(p));
    }
  }

  private void copy(long to, long toRow, long from, long fromRow, int columns) {
    for (int i = 0; i < rows; i++) {
      Strided.copy(to + i * toRow, from + i * fromRow, columns * 4L);
    }
  }

  private void block(int p, int k, int count, long tiles, long out, long outRow, boolean begins) {
    if (rows == 1 && !b.ready()) {
      if (b.type() == DType.BF16) {
        OneRow.bf16(a, b.address(p, 0), count, out);
      } else {
        OneRow.i8(a, b.address(p, 0), b.scales(p, 0), count, out);
      }
    } else if (b.type() == DType.I8 && count > 0) {
      groups(p, k, count, tiles, out, outRow, begins);
    } else {
      slices(p, k, count, tiles, out, outRow, begins);
    }
  }

  /// The chains of each group of k begin at zero; scaled, they are added to the sums in C.
  private void groups(int p, int k, int count, long tiles, long out, long outRow, boolean begins) {
    for (int at = 0; at < count; at += Weight.GROUP) {
      int run = Math.min(Weight.GROUP, count - at);
      if (narrow) {
        slice(p, k + at, run, tiles + at * 4L, out, outRow, begins);
      } else {
        slices(p, k + at, run, tiles + at * 4L, chains, ROW_BYTES, true);
        long scales = b.scales(p, (k + at) / Weight.GROUP);
        for (int r = 0; r < rows; r++) {
          long c = out + r * outRow;
          scale(scales, chains + (long) r * ROW_BYTES, begins ? ZEROS : c, c);
        }
      }
      begins = false;
    }
  }

  private void slices(int p, int k, int count, long tiles, long out, long outRow, boolean begins) {
    int at = 0;
    do {
      int run = Math.min(slice, count - at);
      slice(p, k + at, run, tiles + at * 4L, out, outRow, begins);
      begins = false;
      at += run;
    } while (at < count);
  }

  /// All tiles against some k of a panel; of I8 unscaled, but when widened in registers.
  private void slice(int p, int k, int count, long tile, long out, long outRow, boolean begins) {
    boolean inRegisters = narrow && (b.type() == DType.I8 || count % 2 == 0);
    long panel = b.address(p, k);
    if (!inRegisters && !b.ready() && count > 0) {
      b.widen(wide, p, k, count);
      panel = wide;
    }
    int columns = b.type() == DType.I8 ? WIDTH : b.columns(p); // I8 is scaled as a whole
    for (int row = 0, height; row < rows; row += height) {
      height = MicroKernels.tileRows(rows - row);
      long c = out + row * outRow;
      long in = begins ? ZEROS : c;
      long inRow = begins ? 0 : outRow;
      if (!inRegisters) {
        MicroKernels.tile(height, tile, panel, ROW_BYTES, count, in, inRow, c, outRow, columns);
      } else if (b.type() == DType.BF16) {
        NarrowTiles.bf16(height, tile, panel, count, in, inRow, c, outRow);
      } else {
        long scales = b.scales(p, k / Weight.GROUP);
        NarrowTiles.i8(height, tile, panel, scales, count, in, inRow, c, outRow);
      }
      tile += blocks * TILE;
    }
  }

  private static void scale(long scales, long chains, long in, long out) {
    for (int j = 0; j < ROW_BYTES; j += BYTES) {
      FloatVector.fromMemorySegment(F, ALL, scales + j, LITTLE)
          .fma(
              FloatVector.fromMemorySegment(F, ALL, chains + j, LITTLE),
              FloatVector.fromMemorySegment(F, ALL, in + j, LITTLE))
          .intoMemorySegment(ALL, out + j, LITTLE);
    }
  }
}
