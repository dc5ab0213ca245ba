package dev.weft.tensor;

import java.util.List;

/// Attention over whole sequences and over the cache.
final class AttentionCases {
  /// (B, T, S, H, D), around panels of 48 keys.
  private static final int[][] SIZES = {
    {1, 1, 1, 1, 1},
    {1, 1, 5, 2, 16},
    {2, 7, 7, 3, 8},
    {1, 16, 16, 1, 17},
    {1, 17, 33, 2, 15},
    {2, 47, 47, 1, 4},
    {1, 48, 48, 2, 12},
    {1, 49, 49, 1, 64},
    {1, 1, 97, 2, 64},
    {1, 13, 145, 1, 33},
    {3, 3, 50, 2, 5},
    {1, 101, 101, 1, 24},
    {1, 35, 40, 1, 100},
    {1, 33, 33, 1, 131},
    {1, 5, 34, 1, 256},
    {1, 5, 401, 1, 6}, // a second block of 384 keys
    {0, 3, 3, 2, 4},
    {2, 0, 3, 2, 4}
  };

  private AttentionCases() {}

  static void addTo(List<OpCase> cases) {
    for (int[] size : SIZES) {
      for (boolean sliced : new boolean[] {false, true}) {
        for (boolean lengths : new boolean[] {false, true}) {
          if (!sliced || size[1] == size[2]) {
            attention(cases, size, sliced, lengths);
          }
        }
      }
    }
    for (int[] feed : new int[][] {{1}, {5}, {47}, {48}, {49}, {97}, {3, 1, 48}, {49, 0, 7, 96}}) {
      for (int[] past : new int[][] {{0}, {1}, {47}, {48}, {96}, {5, 0, 51}, {50, 97, 0, 1}}) {
        if (feed.length == past.length) {
          cache(cases, feed, past, 20, 200);
        }
      }
    }
    for (int dim : new int[] {1, 33, 64, 96, 131, 256}) {
      cache(cases, new int[] {1, 1, 1}, new int[] {0, 65, 130}, dim, 150);
      cache(cases, new int[] {3, 1, 66}, new int[] {5, 0, 51}, dim, 150);
    }
    cache(cases, new int[] {2, 0}, new int[] {300, 0}, 4, 2100); // of one row, many positions
    reorder(cases);
  }

  private static OpCase row(String kernel, int[] size, String rest, OpCase.Body body) {
    long products = (long) size[0] * size[1] * size[2] * size[3] * size[4];
    String what =
        "B " + size[0] + " T " + size[1] + " S " + size[2] + " H " + size[3] + " D " + size[4]
            + rest;
    return new OpCase(kernel, what, 2 * products, 4 * products / Math.max(1, size[1]), body);
  }

  private static void attention(List<OpCase> cases, int[] size, boolean sliced, boolean limited) {
    String rest = (sliced ? ", slices of one tensor" : "") + (limited ? ", lengths" : "");
    cases.add(
        row(
            "attention",
            size,
            rest,
            t -> {
              Heads h = new Heads(t, size, sliced, limited);
              return k -> k.attention(h.y, h.stats, h.q, h.k, h.v, h.lengths, h.scale);
            }));
    for (int wanted = 1; wanted < 8; wanted++) {
      if (wanted != 7 && (sliced || size[1] * size[2] * size[4] > 10_000)) {
        continue;
      }
      int which = wanted;
      cases.add(
          row(
              "attentionGrad",
              size,
              rest + ", wanted " + which,
              t -> {
                Heads h = new Heads(t, size, sliced, limited);
                t.device().kernels().attention(h.y, h.stats, h.q, h.k, h.v, h.lengths, h.scale);
                Tensor dy = t.in(size[0], size[1], size[3], size[4]);
                Grad[] d = new Grad[3];
                if (sliced) {
                  Grad all = t.grad(size[0], size[1], 3, size[3], size[4]);
                  for (int i = 0; i < 3; i++) {
                    d[i] = new Grad(Heads.part(all.tensor(), i), all.accumulate());
                  }
                } else {
                  d[0] = (which & 1) == 0 ? null : t.grad(size[0], size[1], size[3], size[4]);
                  d[1] = (which & 2) == 0 ? null : t.grad(size[0], size[2], size[3], size[4]);
                  d[2] = (which & 4) == 0 ? null : t.grad(size[0], size[2], size[3], size[4]);
                }
                return k ->
                    k.attentionGrad(
                        d[0], d[1], d[2], dy, h.y, h.stats, h.q, h.k, h.v, h.lengths, h.scale);
              }));
    }
  }

  /// The operands of an attention, apart or as slices of one (B, T, 3, H, D).
  private static final class Heads {
    final Tensor q;
    final Tensor k;
    final Tensor v;
    final Tensor y;
    final Tensor stats;
    final Tensor lengths;
    final double scale;

    Heads(Tensors t, int[] size, boolean sliced, boolean limited) {
      int batch = size[0];
      int heads = size[3];
      int dim = size[4];
      if (sliced) {
        Tensor all = t.in(Values.LOGITS, batch, size[1], 3, heads, dim);
        q = part(all, 0);
        k = part(all, 1);
        v = part(all, 2);
      } else {
        q = t.in(Values.UNIFORM, Layout.ROWS_APART, batch, size[1], heads, dim);
        k = t.in(Values.LOGITS, Layout.ROWS_APART, batch, size[2], heads, dim);
        v = t.in(Values.UNIFORM, Layout.ROWS_APART, batch, size[2], heads, dim);
      }
      y = t.out(batch, size[1], heads, dim);
      stats = t.out(batch, heads, size[1], 2);
      lengths = limited ? t.ids(size[2] + 1, batch) : null;
      scale = 1 / Math.sqrt(dim);
    }

    static Tensor part(Tensor all, int i) {
      Tensor slice = Ops.slice(all, 2, i, i + 1);
      return Ops.reshape(slice, all.dim(0), all.dim(1), all.dim(3), all.dim(4));
    }
  }

  private static void cache(List<OpCase> cases, int[] feed, int[] past, int dim, int capacity) {
    int[] size = {feed.length, feed[0], past[0] + feed[0], 2, dim};
    String rest =
        ", feed "
            + java.util.Arrays.toString(feed)
            + " past "
            + java.util.Arrays.toString(past)
            + " of "
            + capacity;
    cases.add(
        row(
            "cacheAttention",
            size,
            rest,
            t -> {
              KeyValueCache cache =
                  KeyValueCache.allocate(
                      t.device(), Scope.current(), feed.length, 2, dim, capacity);
              feed(t, cache, past, new int[past.length]);
              Tokens tokens = new Tokens(t, feed, past, dim);
              return k -> {
                k.cacheAppend(cache, tokens.k, tokens.v, tokens.starts, tokens.past);
                k.cacheAttention(
                    tokens.y, tokens.q, cache, tokens.starts, tokens.past, 1 / Math.sqrt(dim));
              };
            }));
  }

  private static void reorder(List<OpCase> cases) {
    int[] size = {4, 1, 60, 2, 20};
    int[] past = {60, 3, 48, 97};
    for (int[] parents : new int[][] {{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 1, 1, 1}, {2, 0}, {3}}) {
      int[] lengths = new int[parents.length];
      int[] one = new int[parents.length];
      for (int i = 0; i < parents.length; i++) {
        lengths[i] = Math.max(1, past[parents[i]] - i);
        one[i] = 1;
      }
      cases.add(
          row(
              "cacheReorder",
              size,
              " by " + java.util.Arrays.toString(parents),
              t -> {
                KeyValueCache cache =
                    KeyValueCache.allocate(t.device(), Scope.current(), 4, 2, 20, 100);
                feed(t, cache, past, new int[4]);
                Tokens tokens = new Tokens(t, one, lengths, 20);
                return k -> {
                  k.cacheReorder(cache, parents, lengths);
                  k.cacheAppend(cache, tokens.k, tokens.v, tokens.starts, tokens.past);
                  k.cacheAttention(tokens.y, tokens.q, cache, tokens.starts, tokens.past, 0.3);
                };
              }));
    }
    for (int length : new int[] {1, 47, 48, 49, 97}) {
      int dim = length == 47 ? 7 : 20;
      cases.add(
          row(
              "cacheCopy",
              new int[] {4, 1, 60, 2, dim},
              " of " + length,
              t -> {
                KeyValueCache source =
                    KeyValueCache.allocate(t.device(), Scope.current(), 4, 2, dim, 100);
                feed(t, source, past, new int[4]);
                KeyValueCache target =
                    KeyValueCache.allocate(t.device(), Scope.current(), 2, 2, dim, 200);
                Tokens tokens = new Tokens(t, new int[] {0, 2}, new int[] {0, length}, dim);
                return k -> {
                  k.cacheCopy(target, 1, source, 3, length);
                  k.cacheAppend(target, tokens.k, tokens.v, tokens.starts, tokens.past);
                  k.cacheAttention(tokens.y, tokens.q, target, tokens.starts, tokens.past, 0.3);
                };
              }));
    }
  }

  private static void feed(Tensors t, KeyValueCache cache, int[] count, int[] past) {
    Tokens tokens = new Tokens(t, count, past, cache.headDim());
    t.device().kernels().cacheAppend(cache, tokens.k, tokens.v, tokens.starts, tokens.past);
  }

  /// Tokens of several rows, packed one row after another.
  private static final class Tokens {
    final Tensor q;
    final Tensor k;
    final Tensor v;
    final Tensor y;
    final Tensor starts;
    final Tensor past;

    Tokens(Tensors t, int[] feed, int[] past, int dim) {
      int[] from = new int[feed.length + 1];
      for (int i = 0; i < feed.length; i++) {
        from[i + 1] = from[i] + feed[i];
      }
      int count = from[feed.length];
      q = t.in(Values.UNIFORM, Layout.ROWS_APART, count, 2, dim);
      k = t.in(Values.LOGITS, Layout.ROWS_APART, count, 2, dim);
      v = t.in(Values.UNIFORM, Layout.ROWS_APART, count, 2, dim);
      y = t.out(count, 2, dim);
      starts = Tensor.ids(t.device(), Shape.of(from.length), from);
      this.past = Tensor.ids(t.device(), Shape.of(past.length), past);
    }
  }
}
