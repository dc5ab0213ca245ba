package dev.weft.kernels.cuda;

import dev.weft.tensor.DType;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// The largest of each row, the k first, sorting.
///
/// Blocks sort lists of [#LIST] values. Up to [#FEW] first ones are found by sorting what the lists
/// leave again, until one list is left: two launches for 64 of 50,257. More are merged.
final class Order {
  /// LIST and LIST_THREADS of `order.cuh`.
  static final int LIST = 2048;

  static final int LIST_THREADS = 512;

  /// Half a list, so that each round at least halves what is left.
  private static final int FEW = LIST / 2;

  private static final int WARP = 32;
  private static final int LONG_ROW = 1024;

  private final CudaModule module;

  Order(CudaStream stream) {
    module = new CudaModule(stream, "order");
  }

  void argmax(Tensor y, Tensor x) {
    int n = x.dim(1);
    int threads = Math.clamp((long) Math.ceilDiv(n, 4 * WARP) * WARP, WARP, LONG_ROW);
    module.launch("argmax_f32", Grid.of(x.dim(0), threads), y, x, n, y.stride(0), x.stride(0));
  }

  void topK(Tensor values, Tensor ids, Tensor x, boolean descending) {
    int k = values.dim(1);
    if (k == 0) {
      return;
    }
    try (Scope _ = Scope.noGrad()) {
      int lists = Math.ceilDiv(x.dim(1), LIST);
      int keep = k <= FEW || lists == 1 ? k : LIST;
      Tensor keys = lists == 1 ? null : keys(x, (long) lists * keep);
      module.launch(
          "top_values_f32",
          sorting(x, lists, x.dim(1)),
          keys,
          values,
          ids,
          values.stride(0),
          ids.stride(0),
          x,
          x.stride(0),
          x.dim(1),
          lists,
          keep,
          descending);
      if (lists > 1 && k <= FEW) {
        selectAgain(values, ids, x, keys, lists * k);
      } else if (lists > 1) {
        merge(values, ids, x, keys);
      }
    }
  }

  /// Keys of 8 bytes, `each` for a row.
  static Tensor keys(Tensor x, long each) {
    return Tensor.empty(x.device(), DType.I32, Shape.of(x.dim(0), Math.toIntExact(2 * each)));
  }

  /// A block for each of `lists` lists of each row, a thread for four keys of the longest.
  static Grid sorting(Tensor x, int lists, int n) {
    int quads = Math.ceilDiv(Math.min(n, LIST), LIST / LIST_THREADS);
    return Grid.of((long) x.dim(0) * lists, WARP * Math.ceilDiv(quads, WARP));
  }

  private void selectAgain(Tensor values, Tensor ids, Tensor x, Tensor keys, int left) {
    int k = values.dim(1);
    Tensor in = keys;
    for (int n = left, lists = 2; lists > 1; n = lists * k) {
      lists = Math.ceilDiv(n, LIST);
      Tensor out = lists == 1 ? null : keys(x, (long) lists * k);
      module.launch(
          "top_keys",
          sorting(x, lists, n),
          out,
          values,
          ids,
          values.stride(0),
          ids.stride(0),
          x,
          x.stride(0),
          in,
          n,
          lists,
          k);
      in = out;
    }
  }

  private void merge(Tensor values, Tensor ids, Tensor x, Tensor keys) {
    int n = x.dim(1);
    long rows = x.dim(0);
    long room = keys.dim(1) / 2;
    Tensor in = keys;
    Tensor out = keys(x, room);
    for (long length = LIST; length < n; length *= 2) {
      boolean last = 2 * length >= n;
      module.launch(
          "merge_keys",
          Grid.elements(rows * n),
          out,
          last ? values : null,
          ids,
          values.stride(0),
          ids.stride(0),
          x,
          x.stride(0),
          in,
          rows,
          n,
          room,
          (int) length,
          values.dim(1));
      Tensor swapped = in;
      in = out;
      out = swapped;
    }
  }
}
