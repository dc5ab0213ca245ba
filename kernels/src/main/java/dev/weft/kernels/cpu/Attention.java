package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.INT;
import static dev.weft.kernels.cpu.Vectors.ALL;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Tensor;

/// `attention`: each head's keys are packed into panels and its values into rows, then
/// [HeadAttention] runs.
final class Attention {
  private final Team team;

  Attention(Team team) {
    this.team = team;
  }

  void attention(
      Tensor y, Tensor stats, Tensor q, Tensor k, Tensor v, Tensor lengths, double scale) {
    int heads = q.dim(2);
    int queries = q.dim(1);
    int items = q.dim(0) * heads;
    if (items == 0 || queries == 0) {
      return;
    }
    // A few parts for each thread; each packs the head's keys again, so no more than that.
    int cuts =
        items >= team.size()
            ? 1
            : Math.min(Math.ceilDiv(2 * team.size(), items), Math.ceilDiv(queries, 96));
    team.run(
        items * cuts,
        part -> {
          int item = part / cuts;
          int from = (int) ((long) queries * (part % cuts) / cuts);
          int to = (int) ((long) queries * (part % cuts + 1) / cuts);
          head(y, stats, q, k, v, lengths, scale, item / heads, item % heads, from, to);
        });
  }

  void attentionGrad(
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
    int heads = q.dim(2);
    team.run(
        q.dim(0) * heads,
        item -> {
          int b = item / heads;
          int h = item % heads;
          try (var head = new AttentionGrad(dy, y, stats, q, k, v, lengths, scale, b, h)) {
            head.run(dq, dk, dv);
          }
        });
  }

  private static void head(
      Tensor y,
      Tensor stats,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor lengths,
      double scale,
      int b,
      int h,
      int from,
      int to) {
    int dim = q.dim(3);
    int positions = k.dim(1);
    int visible = from + positions - q.dim(1) + 1;
    int limit =
        lengths == null
            ? positions
            : Math.max(0, ALL.get(INT, lengths.address() + b * lengths.stride(0) * 4));
    int most = Math.clamp(visible + (to - from) - 1, 0, limit);
    long width = HeadAttention.width(dim);
    long keyBytes = Panels.bytes(dim, most);
    try (Scratch scratch = new Scratch(y.device(), keyBytes + most * width);
        HeadAttention head = new HeadAttention(y.device(), dim, most, scale)) {
      long keys = scratch.address;
      long values = keys + keyBytes;
      packKeys(keys, at(k, b, 0, h), k.stride(1) * 4, dim, most);
      packValues(values, at(v, b, 0, h), v.stride(1) * 4, dim, most);
      long stat =
          stats == null ? 0 : stats.address() + (((long) b * q.dim(2) + h) * q.dim(1) + from) * 8;
      head.run(
          to - from,
          visible,
          limit,
          at(q, b, from, h),
          q.stride(1) * 4,
          keys,
          values,
          at(y, b, from, h),
          y.stride(1) * 4,
          stat);
    }
  }

  /// Address of x[b, t, h, 0].
  static long at(Tensor x, int b, int t, int h) {
    return x.address() + 4 * (b * x.stride(0) + t * x.stride(1) + h * x.stride(2));
  }

  static void packKeys(long target, long source, long stride, int dim, int positions) {
    Panels.pack(target, source, Float.BYTES, stride, dim, positions);
  }

  static void packValues(long target, long source, long stride, int dim, int positions) {
    long width = HeadAttention.width(dim);
    for (int s = 0; s < positions; s++) {
      long row = target + s * width;
      Strided.copy(row, source + s * stride, dim * 4L);
      if (dim * 4L < width) {
        Native.zero(row + dim * 4L, width - dim * 4L);
      }
    }
  }
}
