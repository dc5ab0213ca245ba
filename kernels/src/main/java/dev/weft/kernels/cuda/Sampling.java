package dev.weft.kernels.cuda;

import dev.weft.tensor.DType;
import dev.weft.tensor.Draw;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// Draws from rows of logits: the same ids as the definition.
///
/// Nothing waits for the device, and memory and launches depend on shapes and settings alone, so
/// that a draw can be part of a graph. Two launches draw from a few candidates (top-k, or a short
/// row), three from all logits; top-p over all of a long row, or a large k, takes four or five.
final class Sampling {
  /// WEIGHTS of `draw.cuh`.
  private static final int WEIGHTS = 1024;

  private static final int WARP = 32;

  private final CudaModule scaling;
  private final CudaModule few;
  private final CudaModule searching;

  Sampling(CudaStream stream) {
    scaling = new CudaModule(stream, "sampling");
    few = new CudaModule(stream, "sampling_few");
    searching = new CudaModule(stream, "sampling_search");
  }

  /// Rows that were scaled: z (R, V), null where nothing needs them, the largest of each list of a
  /// row, and the first keys of each list.
  private record Scaled(
      Tensor logits, Tensor z, Tensor maxima, Tensor keys, int lists, int keep, Draw draw) {
    int rows() {
      return logits.dim(0);
    }

    int n() {
      return logits.dim(1);
    }

    boolean cuts() {
      return draw.topP() > 0 && draw.topP() < 1;
    }

    /// 0: top-k leaves all.
    int topK() {
      return draw.topK() < n() ? draw.topK() : 0;
    }

    Tensor empty(int each) {
      return Tensor.empty(logits.device(), DType.I32, Shape.of(rows(), each));
    }
  }

  void sample(Tensor ids, Tensor logits, Draw draw) {
    int n = logits.dim(1);
    int lists = Math.ceilDiv(n, Order.LIST);
    boolean cuts = draw.topP() > 0 && draw.topP() < 1;
    int count = draw.topK() == 0 ? n : Math.min(draw.topK(), n);
    try (Scope _ = Scope.noGrad()) {
      if (count == n && !cuts) {
        pick(ids, scale(logits, draw, lists, 0, true), null);
      } else if ((long) lists * count <= Order.LIST) {
        drawFromFew(ids, scale(logits, draw, lists, count, false), count);
      } else {
        Scaled scaled = scale(logits, draw, lists, Order.LIST, true);
        pick(ids, scaled, search(scaled));
      }
    }
  }

  private Scaled scale(Tensor logits, Draw draw, int lists, int keep, boolean stores) {
    int rows = logits.dim(0);
    int n = logits.dim(1);
    Draw.Counts counts = draw.penalty() == 0 ? null : draw.counts();
    Tensor z = stores ? Tensor.empty(logits.device(), DType.F32, Shape.of(rows, n)) : null;
    Tensor maxima = Tensor.empty(logits.device(), DType.F32, Shape.of(rows, lists));
    Tensor keys = keep == 0 ? null : Order.keys(logits, (long) lists * keep);
    scaling.launch(
        "sample_scale_f32",
        Order.sorting(logits, lists, n),
        z,
        maxima,
        keys,
        logits,
        logits.stride(0),
        n,
        lists,
        keep,
        (float) draw.temperature(),
        draw.penalty(),
        counts == null ? null : counts.starts(),
        counts == null ? null : counts.ids(),
        counts == null ? null : counts.times());
    return new Scaled(logits, z, maxima, keys, lists, keep, draw);
  }

  private void drawFromFew(Tensor ids, Scaled scaled, int count) {
    Draw draw = scaled.draw;
    few.launch(
        "sample_few",
        Order.sorting(scaled.logits, 1, scaled.lists * scaled.keep),
        ids,
        scaled.keys,
        scaled.lists,
        scaled.keep,
        count,
        draw.topP(),
        draw.exclusive(),
        draw.seed(),
        draw.steps(),
        draw.sequences());
  }

  /// The last key of each row that top-k and top-p leave.
  private Tensor search(Scaled scaled) {
    Draw draw = scaled.draw;
    Tensor sums = null;
    if (scaled.cuts()) {
      sums = Order.keys(scaled.logits, (long) scaled.lists * Order.LIST);
      searching.launch(
          "sample_masses",
          Grid.of((long) scaled.rows() * scaled.lists, Order.LIST_THREADS),
          sums,
          scaled.keys,
          scaled.maxima,
          scaled.n(),
          scaled.lists);
    }
    Tensor limits = Order.keys(scaled.logits, 1);
    searching.launch(
        "sample_search",
        Grid.of(scaled.rows(), WARP),
        limits,
        scaled.empty(3 * scaled.lists),
        scaled.keys,
        sums,
        scaled.maxima,
        scaled.n(),
        scaled.lists,
        scaled.topK(),
        draw.topP(),
        draw.exclusive());
    return limits;
  }

  private void pick(Tensor ids, Scaled scaled, Tensor limits) {
    Draw draw = scaled.draw;
    int blocks = Math.ceilDiv(scaled.n(), WEIGHTS);
    Tensor sums = scaled.empty(2 * blocks);
    scaling.launch(
        "sample_sum_f32",
        Grid.of((long) scaled.rows() * blocks, Grid.THREADS),
        sums,
        scaled.z,
        scaled.maxima,
        limits,
        scaled.n(),
        scaled.lists,
        blocks);
    scaling.launch(
        "sample_pick_f32",
        Grid.of(scaled.rows(), Grid.THREADS),
        ids,
        sums,
        scaled.z,
        scaled.maxima,
        limits,
        scaled.n(),
        scaled.lists,
        blocks,
        draw.seed(),
        draw.steps(),
        draw.sequences());
  }
}
