package dev.weft.tensor.ops;

import dev.weft.tensor.DType;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;

/// Causal attention. Vaswani et al., "Attention is all you need", 2017.
public final class Attention {
  private Attention() {}

  /// q (B, T, H, D), k and v (B, S, H, D): y (B, T, H, D). See [dev.weft.tensor.Kernels#attention].
  public static Tensor apply(Tensor q, Tensor k, Tensor v, Tensor lengths, double scale) {
    Require.computing("attention", q, k, v);
    q.shape().requireRank(4, "attention", "q");
    k.shape().requireSame(v.shape(), "attention");
    int keys = k.dim(1);
    if (!k.shape().with(1, q.dim(1)).equals(q.shape()) || keys < q.dim(1)) {
      throw new IllegalArgumentException(
          "attention: q is "
              + q.shape()
              + " but k is "
              + k.shape()
              + "; (B, T, H, D) and (B, S, H, D) with S ≥ T are wanted");
    }
    if (lengths != null) {
      Require.sameDevice("attention", q, lengths);
      Require.dtype("attention", "lengths", lengths, DType.I32);
      Shape.of(q.dim(0)).requireSame(lengths.shape(), "attention");
    }
    Tensor queries = Views.straight(q);
    Tensor keyRows = Views.straight(k);
    Tensor values = Views.straight(v);
    Tensor visible = Views.straight(lengths);
    Tensor y = Tensor.like(q);
    Tensor stats = Tensor.like(q, Shape.of(q.dim(0), q.dim(2), q.dim(1), 2));
    q.kernels().attention(y, stats, queries, keyRows, values, visible, scale);
    return Tape.record(
        "attention",
        y,
        tape ->
            q.kernels()
                .attentionGrad(
                    tape.into(queries),
                    tape.into(keyRows),
                    tape.into(values),
                    tape.grad(y),
                    y,
                    stats,
                    queries,
                    keyRows,
                    values,
                    visible,
                    scale),
        queries,
        keyRows,
        values,
        stats,
        visible);
  }
}
