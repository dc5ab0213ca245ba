package dev.weft.kernels.cuda;

import dev.weft.tensor.DType;
import dev.weft.tensor.Grad;
import dev.weft.tensor.KeyValueCache;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.Arrays;

/// Causal attention in tiles, forward and backward; `attention.cu` and `attention_grad.cu` say how.
final class Attention {
  /// Rows of a tile forward and backward.
  private static final int QUERIES = 64;

  private static final int GRAD_ROWS = 32;
  private static final int WARPS = 8; // of a block, each with a row

  private final CudaModule module;
  private final CudaModule gradients;

  Attention(CudaStream stream) {
    module = new CudaModule(stream, "attention");
    gradients = new CudaModule(stream, "attention_grad");
  }

  /// The largest D of the kernel that takes heads of D values.
  static String kind(int dim) {
    if (dim <= 64) {
      return "64";
    }
    if (dim <= 128) {
      return "128";
    }
    if (dim <= 256) {
      return "256";
    }
    throw new IllegalArgumentException(
        "attention: heads have " + dim + " values but the CUDA device takes up to 256");
  }

  /// Arguments, then the strides of sequence, position and head of each operand.
  private static Object[] with(Tensor[] operands, Object... arguments) {
    Object[] all = Arrays.copyOf(arguments, arguments.length + 3 * operands.length);
    for (int i = 0; i < 3 * operands.length; i++) {
      all[arguments.length + i] = operands[i / 3].stride(i % 3);
    }
    return all;
  }

  private static Grid tiles(int rows, int tile, int heads, int batch) {
    return new Grid(Math.ceilDiv(rows, tile), heads, batch, Grid.THREADS, 1, 0);
  }

  void forward(Tensor y, Tensor stats, Tensor q, Tensor k, Tensor v, Tensor lengths, double scale) {
    int dim = q.dim(3);
    module.launch(
        "attention_fwd_" + kind(dim) + "_f32",
        tiles(q.dim(1), QUERIES, q.dim(2), q.dim(0)),
        with(
            new Tensor[] {y, q, k, v},
            y,
            stats,
            q,
            k,
            v,
            lengths,
            q.dim(1),
            k.dim(1),
            dim,
            (float) scale));
  }

  /// Many tokens over the cache. How they are shared out among the rows is known on the device
  /// only: a row may leave one tile part empty, so there are that many more blocks.
  void cached(Tensor y, Tensor q, KeyValueCache cache, Tensor starts, Tensor past, double scale) {
    int rows = past.dim(0);
    module.launch(
        "attention_cached_" + kind(cache.headDim()) + "_f32",
        new Grid(q.dim(0) / QUERIES + rows, cache.heads(), 1, Grid.THREADS, 1, 0),
        y,
        q,
        cache.keys(),
        cache.values(),
        starts,
        past,
        rows,
        cache.headDim(),
        cache.capacity(),
        cache.keys().stride(0),
        q.stride(0),
        q.stride(1),
        y.stride(0),
        y.stride(1),
        (float) scale);
  }

  void backward(
      Grad dq,
      Grad dk,
      Grad dv,
      Tensor dy,
      Tensor y,
      Tensor stats,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor lengths,
      double scale) {
    int batch = q.dim(0);
    int queries = q.dim(1);
    int keys = k.dim(1);
    int heads = q.dim(2);
    int dim = q.dim(3);
    try (Scope _ = Scope.noGrad()) {
      Tensor delta = Tensor.empty(q.device(), DType.F32, Shape.of(batch, heads, queries));
      gradients.launch(
          "attention_delta_f32",
          Grid.of(Math.ceilDiv(delta.size(), WARPS), Grid.THREADS),
          with(new Tensor[] {dy, y}, delta, dy, y, delta.size(), queries, heads, dim));
      if (dq != null) {
        gradients.launch(
            "attention_bwd_q_" + kind(dim) + "_f32",
            tiles(queries, GRAD_ROWS, heads, batch),
            with(
                new Tensor[] {dq.tensor(), dy, q, k, v},
                dq,
                dy,
                q,
                k,
                v,
                stats,
                delta,
                lengths,
                queries,
                keys,
                dim,
                (float) scale,
                dq.accumulate()));
      }
      if (dk != null || dv != null) {
        Tensor dkRows = dk == null ? k : dk.tensor();
        Tensor dvRows = dv == null ? v : dv.tensor();
        gradients.launch(
            "attention_bwd_kv_" + kind(dim) + "_f32",
            tiles(keys, GRAD_ROWS, heads, batch),
            with(
                new Tensor[] {dkRows, dvRows, dy, q, k, v},
                dk,
                dv,
                dy,
                q,
                k,
                v,
                stats,
                delta,
                lengths,
                queries,
                keys,
                dim,
                (float) scale,
                dk != null && dk.accumulate(),
                dv != null && dv.accumulate()));
      }
    }
  }
}
