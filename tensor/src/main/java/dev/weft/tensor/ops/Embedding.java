package dev.weft.tensor.ops;

import dev.weft.tensor.DType;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;

/// Rows of a table by id.
public final class Embedding {
  private Embedding() {}

  /// table (V, C), ids (…): (…, C). The gradient of a row is the sum over the positions that used
  /// it.
  public static Tensor apply(Tensor table, Tensor ids) {
    Require.computing("embedding", table);
    Require.sameDevice("embedding", table, ids);
    table.shape().requireRank(2, "embedding", "the table");
    Require.ids("embedding", ids, table.dim(0));
    Tensor flat = Views.reshape(Views.contiguous(ids), Math.toIntExact(ids.size()));
    Tensor rows = Views.straight(table);
    Tensor y = Tensor.like(table, Shape.of(flat.dim(0), table.dim(1)));
    table.kernels().embedding(y, rows, flat);
    Tape.record(
        "embedding",
        y,
        tape -> table.kernels().embeddingGrad(tape.into(rows), tape.grad(y), flat),
        rows,
        flat);
    return Views.reshape(y, ids.shape().insert(ids.shape().rank(), table.dim(1)).dims());
  }

  /// The columns of a weight (C, V): embedding rows out of a tied head. No gradient.
  public static Tensor apply(Weight head, Tensor ids) {
    head.requireFresh("embedding");
    Require.sameDevice("embedding", head.packed() ? head.panels() : head.dense(), ids);
    Require.ids("embedding", ids, head.out());
    Tensor flat = Views.reshape(Views.contiguous(ids), Math.toIntExact(ids.size()));
    Tensor y = Tensor.empty(head.device(), DType.F32, Shape.of(flat.dim(0), head.in()));
    y.kernels().column(y, head, flat);
    return Views.reshape(y, ids.shape().insert(ids.shape().rank(), head.in()).dims());
  }
}
