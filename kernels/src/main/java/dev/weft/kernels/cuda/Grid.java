package dev.weft.kernels.cuda;

/// How many blocks of how many threads a launch has, and its dynamic shared memory in bytes.
record Grid(int x, int y, int z, int threadsX, int threadsY, int shared) {
  /// Threads of a block of an elementwise kernel, and of one row's block.
  static final int THREADS = 256;

  static final int WARP = 32;
  private static final int MOST_BLOCKS = 4096;

  /// A line of blocks.
  static Grid of(long blocks, int threads) {
    return of(blocks, threads, 0);
  }

  /// A line of blocks with dynamic shared memory.
  static Grid of(long blocks, int threads, int shared) {
    return new Grid(Math.toIntExact(blocks), 1, 1, threads, 1, shared);
  }

  /// Enough threads for `n` elements, four of them each; kernels go on in strides of the grid.
  static Grid elements(long n) {
    long blocks = Math.ceilDiv(n, 4L * THREADS);
    return of(Math.clamp(blocks, 1, MOST_BLOCKS), THREADS);
  }

  /// One block for each of `rows` rows of `n` values: a warp for a short row, up to [#THREADS]
  /// threads for a long one.
  static Grid rows(long rows, int n) {
    int threads = Math.clamp((long) Math.ceilDiv(n, 4 * WARP) * WARP, WARP, THREADS);
    return of(rows, threads);
  }

  /// The same with a second dimension of blocks.
  Grid by(int blocks) {
    return new Grid(x, blocks, z, threadsX, threadsY, shared);
  }

  /// Whether nothing would run.
  boolean empty() {
    return x == 0 || y == 0 || z == 0;
  }

  @Override
  public String toString() {
    return "grid ("
        + x
        + ", "
        + y
        + ", "
        + z
        + "), block ("
        + threadsX
        + ", "
        + threadsY
        + ")"
        + (shared > 0 ? ", " + shared + " bytes of shared memory" : "");
  }
}
