package dev.weft.kernels.cuda;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Tensor;

/// Rows and elements picked by id, their gradients, and cumulated sums: one launch each.
final class Tables {
  private static final int SCATTER_THREADS = 256; // as in tables.cu
  private static final int ENOUGH_BLOCKS = 1024;
  private static final int MOST_REMAINDERS = 256;

  private final CudaModule module;

  Tables(CudaStream stream) {
    module = new CudaModule(stream, "tables");
  }

  void embedding(Tensor y, Tensor table, Tensor ids) {
    long rows = y.shape().rows();
    int n = y.shape().last();
    module.launch(
        "embedding_fwd_f32",
        Rows.grid(rows, n),
        y,
        table,
        ids,
        Rows.step(y),
        Rows.step(table),
        rows,
        n);
  }

  void embeddingGrad(Grad dTable, Tensor dy, Tensor ids) {
    Tensor table = dTable.tensor();
    int n = table.shape().last();
    int columns = Math.ceilDiv(n, SCATTER_THREADS);
    int remainders = Math.clamp(ENOUGH_BLOCKS / Math.max(1, columns), 1, MOST_REMAINDERS);
    module.launch(
        "embedding_bwd_f32",
        Grid.of(Integer.highestOneBit(remainders), SCATTER_THREADS).by(columns),
        dTable,
        dy,
        ids,
        Rows.step(table),
        Rows.step(dy),
        Math.toIntExact(ids.size()),
        table.dim(0),
        n,
        dTable.accumulate());
  }

  void gather(Tensor y, Tensor x, Tensor ids) {
    long rows = y.shape().rows();
    int k = y.shape().last();
    if (y.size() > 0) {
      module.launch(
          "gather_fwd_f32",
          Grid.elements(y.size()),
          y,
          x,
          ids,
          Rows.step(y),
          Rows.step(x),
          Rows.step(ids),
          rows,
          k);
    }
  }

  void gatherGrad(Grad dx, Tensor dy, Tensor ids) {
    int n = dx.tensor().shape().last();
    int k = dy.shape().last();
    module.launch(
        "gather_bwd_f32",
        Grid.rows(dy.shape().rows(), Math.max(n, k)),
        dx,
        dy,
        ids,
        Rows.step(dx),
        Rows.step(dy),
        Rows.step(ids),
        n,
        k,
        dx.accumulate());
  }

  void cumsum(Grad y, Tensor x, boolean reverse) {
    long rows = x.shape().rows();
    int n = x.shape().last();
    module.launch(
        "cumsum_f32",
        Rows.grid(rows, n),
        y,
        x,
        Rows.step(y),
        Rows.step(x),
        rows,
        n,
        reverse,
        y.accumulate());
  }
}
