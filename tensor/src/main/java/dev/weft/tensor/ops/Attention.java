package dev.weft.tensor.ops;

import dev.weft.tensor.DType;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import java.util.Arrays;

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
    if (!(scale >= 0 && Float.isFinite((float) scale))) {
      throw new IllegalArgumentException(
          "attention: the scale must be finite, as F32, and at least 0 but is " + scale);
    }
    if (lengths != null) {
      Require.sameDevice("attention", q, lengths);
      Require.dtype("attention", "lengths", lengths, DType.I32);
      Shape.of(q.dim(0)).requireSame(lengths.shape(), "attention");
    }
    boolean recording = Tape.recording(q, k, v);
    Tensor queries = Views.straight(q);
    Tensor keyRows = recording && mayOverlap(q, k) ? Views.copy(k) : Views.straight(k);
    Tensor values =
        recording && (mayOverlap(q, v) || mayOverlap(k, v)) ? Views.copy(v) : Views.straight(v);
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

  /// Whether two operands may share elements: the kernel writes their gradients side by side, so
  /// they must not. Slices of one tensor (…, 3 · H · D) lie apart in each of its rows.
  private static boolean mayOverlap(Tensor a, Tensor b) {
    if (!a.memory().equals(b.memory())) {
      return false;
    }
    long gap = Math.abs(a.offset() - b.offset());
    long row = (long) a.dim(2) * a.dim(3);
    boolean slices =
        Arrays.equals(a.strides(), b.strides())
            && a.stride(3) == 1
            && a.stride(2) == a.dim(3)
            && gap >= row
            && gap + row <= a.stride(1);
    boolean dense = a.dense() && b.dense() && gap >= Math.max(a.size(), b.size());
    return !slices && !dense;
  }
}
