package dev.weft.kernels.cuda;

/// `gemm_f32` of `products.cu`: any strides, and the chains of the contract bit for bit.
final class OwnBlas implements Blas {
  private static final int TILE = 64;
  private static final int MOST = 65_535; // matrices of a launch

  private final CudaModule module;
  private final String reason;

  /// @param reason why not cuBLAS
  OwnBlas(CudaStream stream, String reason) {
    module = new CudaModule(stream, "products");
    this.reason = reason;
  }

  @Override
  public void gemm(int m, int n, int k, int count, Matrix c, Matrix a, Matrix b, boolean add) {
    for (int from = 0; from < count; from += MOST) {
      int z = Math.min(MOST, count - from);
      Grid grid = new Grid(Math.ceilDiv(n, TILE), Math.ceilDiv(m, TILE), z, Grid.THREADS, 1, 0);
      module.launch(
          "gemm_f32",
          grid,
          at(c, from),
          c.row(),
          c.batch(),
          at(a, from),
          a.row(),
          a.column(),
          a.batch(),
          at(b, from),
          b.row(),
          b.column(),
          b.batch(),
          m,
          n,
          k,
          add);
    }
  }

  private static long at(Matrix x, int number) {
    return x.address() + number * x.batch() * Float.BYTES;
  }

  @Override
  public boolean takes(Matrix x, int rows, int columns) {
    return true;
  }

  @Override
  public String description() {
    return "products by our own kernels (" + reason + ")";
  }

  @Override
  public void close() {}
}
