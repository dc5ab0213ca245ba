package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.MicroKernels.ROWS;

import dev.weft.tensor.Device;

/// One product C (m, n) = A (m, k) · B with B in panels. Addresses; strides in bytes.
///
/// A part of it is a run of rows and a run of panels. It packs its rows of A into tiles of four,
/// then goes through the panels; each panel meets all its tiles in blocks of [MicroKernels#K_BLOCK]
/// k or in slices of them, which carry the chains on. No chain is split, so neither the cut into
/// parts nor the size
/// of the tiles changes a bit.
///
/// @param m rows of A and C
/// @param a element (0, 0) of A
/// @param aRow bytes between rows of A
/// @param aStep bytes between columns of A
/// @param b the right side
/// @param c element (0, 0) of C, whose rows are contiguous
/// @param cRow bytes between rows of C
/// @param accumulate whether the chains start from C instead of 0; not with one row against BF16 or
///     I8
/// @param epilogue what follows the chains
record Product(
    int m,
    long a,
    long aRow,
    long aStep,
    Panels b,
    long c,
    long cRow,
    boolean accumulate,
    Epilogue epilogue) {
  /// Tiles of a part: with one block of k they stay in the second cache beside a panel's block.
  private static final int TILES = 24;

  /// Panels of a part of few rows, where each thread gets several, so that one that is held up is
  /// not waited for: a part packs the rows once more.
  private static final int PANELS = 4;

  /// Tiles of a part that packs its panels itself: the block of k that it goes through all panels
  /// with takes 600 KB of the second cache at most.
  private static final int DENSE_TILES = 96;

  /// Panels for each of which such a part packs its rows of A: so many that it does not show.
  private static final int DENSE_PANELS = 32;

  /// Up to so many rows go through a panel in slices of 3 KB at most, so that the processor reads
  /// on while the strips and tiles after the first compute: it never looks a block ahead. Only
  /// where registers are few: elsewhere it was not tried. Their chains lie side by side meanwhile,
  /// since rows of C that are a multiple of 4 KB apart drive each other out of the first cache.
  private static final int FEW = 8;

  /// As long as tensors hold no more bytes, they are probably in the third cache, if not nearer.
  /// Out of it slices, whose tiles begin and end more often, cost a fifth.
  static final long CACHED = 32L << 20;

  /// With fewer multiply-adds waking the team takes longer than the product.
  private static final long SMALL = 1 << 18;

  /// Runs it on the team, or on the caller alone when it is small.
  void run(Device device, Team team) {
    int tiles = MicroKernels.tiles(m);
    int panels = b.count();
    if (tiles == 0 || panels == 0) {
      return;
    }
    int threads = (long) m * b.n() * b.k() < SMALL ? 1 : team.size();
    int rowParts = Math.ceilDiv(tiles, b.dense() == null ? TILES : DENSE_TILES);
    int panelParts = 1;
    if (b.dense() != null) {
      int shares = threads * Math.max(1, panels / (threads * DENSE_PANELS));
      panelParts = Math.min(panels, Math.ceilDiv(shares, rowParts));
    } else if (rowParts >= threads) {
      rowParts = Math.min(tiles, Math.ceilDiv(rowParts, threads) * threads);
    } else {
      int shares = m == 1 ? 4 : Math.clamp(panels / (PANELS * threads), 1, 4);
      panelParts = Math.min(panels, Math.ceilDiv(shares * threads, rowParts));
    }
    boolean sliced =
        !MicroKernels.ROOMY
            && m > 1
            && m <= FEW
            && b.dense() == null
            && device.stats().liveBytes() > CACHED;
    int across = rowParts;
    int down = panelParts;
    team.run(
        across * down,
        part -> {
          int begin = cut(tiles, part % across, across) * ROWS;
          int end = Math.min(m, cut(tiles, part % across + 1, across) * ROWS);
          int column = part / across;
          var cut = new ProductPart(this, begin, end - begin, sliced, device);
          cut.run(cut(panels, column, down), cut(panels, column + 1, down));
        });
  }

  private static int cut(int count, int part, int parts) {
    return (int) ((long) count * part / parts);
  }
}
