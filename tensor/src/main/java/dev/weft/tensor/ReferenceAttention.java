package dev.weft.tensor;

/// The definitions of attention and of its cache.
final class ReferenceAttention {
  private ReferenceAttention() {}

  /// The keys or the values that one head of one row holds: element d of position s.
  private interface Positions {
    double get(int s, int d);
  }

  static void attention(
      Tensor y, Tensor stats, Tensor q, Tensor k, Tensor v, Tensor lengths, double scale) {
    Real r = Real.of(q.dtype());
    Elements ys = Elements.of(y);
    Elements ss = Elements.of(stats);
    Elements qs = Elements.of(q);
    Elements ks = Elements.of(k);
    Elements vs = Elements.of(v);
    Extent extent = new Extent(q, k, lengths);
    for (int b = 0; b < extent.batch; b++) {
      for (int h = 0; h < extent.heads; h++) {
        int row = b;
        int head = h;
        Positions keys = (s, d) -> ks.get(extent.keyRow(row, s, head), d);
        Positions values = (s, d) -> vs.get(extent.keyRow(row, s, head), d);
        for (int t = 0; t < extent.queries; t++) {
          long at = extent.queryRow(b, t, h);
          Elements stat = ss.row(extent.statRow(b, h, t));
          attend(
              r,
              ys.row(at),
              stat,
              qs.row(at),
              keys,
              values,
              extent.visible(b, t),
              extent.dim,
              scale);
        }
      }
    }
  }

  /// One query against the positions 0 … visible − 1.
  private static void attend(
      Real r,
      Elements y,
      Elements stats,
      Elements q,
      Positions keys,
      Positions values,
      int visible,
      int dim,
      double scale) {
    double[] e = new double[visible];
    double max = Double.NEGATIVE_INFINITY;
    for (int s = 0; s < visible; s++) {
      e[s] = score(r, q, keys, s, dim);
      max = Math.max(max, e[s]);
    }
    Lanes lanes = new Lanes(r);
    for (int s = 0; s < visible; s++) {
      e[s] = r.exp(r.mul(r.sub(e[s], max), r.of(scale)));
      lanes.add(s, e[s]);
    }
    double inverse = visible == 0 ? 0 : r.div(1, lanes.sum());
    for (int d = 0; d < dim; d++) {
      double chain = 0;
      for (int s = 0; s < visible; s++) {
        chain = r.fma(e[s], values.get(s, d), chain);
      }
      y.set(d, r.mul(chain, inverse));
    }
    if (stats != null) {
      stats.set(0, visible == 0 ? 0 : max);
      stats.set(1, inverse);
    }
  }

  private static double score(Real r, Elements q, Positions keys, int s, int dim) {
    double chain = 0;
    for (int d = 0; d < dim; d++) {
      chain = r.fma(q.get(d), keys.get(s, d), chain);
    }
    return chain;
  }

  static void attentionGrad(
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
    Real r = Real.of(q.dtype());
    Elements dqs = Elements.orNull(dq);
    Elements dks = Elements.orNull(dk);
    Elements dvs = Elements.orNull(dv);
    Elements dys = Elements.of(dy);
    Elements ys = Elements.of(y);
    Elements ss = Elements.of(stats);
    Elements qs = Elements.of(q);
    Elements ks = Elements.of(k);
    Elements vs = Elements.of(v);
    Extent extent = new Extent(q, k, lengths);
    for (int b = 0; b < extent.batch; b++) {
      for (int h = 0; h < extent.heads; h++) {
        double[][] p = new double[extent.queries][];
        double[][] ds = new double[extent.queries][];
        for (int t = 0; t < extent.queries; t++) {
          long at = extent.queryRow(b, t, h);
          long statRow = extent.statRow(b, h, t);
          int visible = extent.visible(b, t);
          p[t] = new double[visible];
          ds[t] = new double[visible];
          Lanes delta = new Lanes(r);
          for (int d = 0; d < extent.dim; d++) {
            delta.add(d, dys.get(at, d), ys.get(at, d));
          }
          double deltaSum = delta.sum();
          for (int s = 0; s < visible; s++) {
            long keyRow = extent.keyRow(b, s, h);
            double score = dot(r, qs.row(at), ks.row(keyRow), extent.dim);
            double e = r.exp(r.mul(r.sub(score, ss.get(statRow, 0)), r.of(scale)));
            p[t][s] = r.mul(e, ss.get(statRow, 1));
            double dp = dot(r, dys.row(at), vs.row(keyRow), extent.dim);
            ds[t][s] = r.mul(r.mul(p[t][s], r.sub(dp, deltaSum)), r.of(scale));
          }
        }
        for (int t = 0; dqs != null && t < extent.queries; t++) {
          Elements row = dqs.row(extent.queryRow(b, t, h));
          for (int d = 0; d < extent.dim; d++) {
            double chain = row.start(d);
            for (int s = 0; s < ds[t].length; s++) {
              chain = r.fma(ds[t][s], ks.get(extent.keyRow(b, s, h), d), chain);
            }
            row.set(d, chain);
          }
        }
        for (int s = 0; s < extent.keys; s++) {
          long keyRow = extent.keyRow(b, s, h);
          if (dks != null) {
            overQueries(r, dks.row(keyRow), ds, s, qs, extent, b, h);
          }
          if (dvs != null) {
            overQueries(r, dvs.row(keyRow), p, s, dys, extent, b, h);
          }
        }
      }
    }
  }

  /// target[d] = chain over the queries t that see s of factor[t][s] · x[t, d].
  private static void overQueries(
      Real r, Elements target, double[][] factor, int s, Elements x, Extent extent, int b, int h) {
    for (int d = 0; d < extent.dim; d++) {
      double chain = target.start(d);
      for (int t = 0; t < extent.queries; t++) {
        if (s < factor[t].length) {
          chain = r.fma(factor[t][s], x.get(extent.queryRow(b, t, h), d), chain);
        }
      }
      target.set(d, chain);
    }
  }

  private static double dot(Real r, Elements a, Elements b, int n) {
    double chain = 0;
    for (int d = 0; d < n; d++) {
      chain = r.fma(a.get(d), b.get(d), chain);
    }
    return chain;
  }

  /// The sizes of an attention and the places of its rows.
  private static final class Extent {
    final int batch;
    final int queries;
    final int keys;
    final int heads;
    final int dim;
    private final Elements lengths;

    Extent(Tensor q, Tensor k, Tensor lengths) {
      this.batch = q.dim(0);
      this.queries = q.dim(1);
      this.keys = k.dim(1);
      this.heads = q.dim(2);
      this.dim = q.dim(3);
      this.lengths = Elements.orNull(lengths);
    }

    int visible(int b, int t) {
      int causal = t + (keys - queries) + 1;
      return Math.max(0, lengths == null ? causal : Math.min(causal, lengths.id(b)));
    }

    long queryRow(int b, int t, int h) {
      return ((long) b * queries + t) * heads + h;
    }

    long keyRow(int b, int s, int h) {
      return ((long) b * keys + s) * heads + h;
    }

    long statRow(int b, int h, int t) {
      return ((long) b * heads + h) * queries + t;
    }
  }

  // ---- the cache ------------------------------------------------------------------------------

  static void cacheAppend(KeyValueCache cache, Tensor k, Tensor v, Tensor starts, Tensor past) {
    Elements keys = Elements.of(cache.keys());
    Elements values = Elements.of(cache.values());
    Elements ks = Elements.of(k);
    Elements vs = Elements.of(v);
    Elements from = Elements.of(starts);
    for (int row = 0; row < past.size(); row++) {
      for (int i = from.id(row); i < from.id(row + 1); i++) {
        int position = Elements.of(past).id(row) + i - from.id(row);
        for (int h = 0; h < cache.heads(); h++) {
          for (int d = 0; d < cache.headDim(); d++) {
            long source = (long) i * cache.heads() + h;
            keys.set(row, keyIndex(cache, h, position, d), ks.get(source, d));
            values.set(row, valueIndex(cache, h, position, d), vs.get(source, d));
          }
        }
      }
    }
  }

  static void cacheAttention(
      Tensor y, Tensor q, KeyValueCache cache, Tensor starts, Tensor past, double scale) {
    Real r = Real.of(q.dtype());
    Elements ys = Elements.of(y);
    Elements qs = Elements.of(q);
    Elements cachedKeys = Elements.of(cache.keys());
    Elements cachedValues = Elements.of(cache.values());
    Elements from = Elements.of(starts);
    for (int row = 0; row < past.size(); row++) {
      Elements rowKeys = cachedKeys.row(row);
      Elements rowValues = cachedValues.row(row);
      for (int h = 0; h < cache.heads(); h++) {
        int head = h;
        Positions keys = (s, d) -> rowKeys.get(keyIndex(cache, head, s, d));
        Positions values = (s, d) -> rowValues.get(valueIndex(cache, head, s, d));
        for (int i = from.id(row); i < from.id(row + 1); i++) {
          int visible = Elements.of(past).id(row) + i - from.id(row) + 1;
          long at = (long) i * cache.heads() + h;
          attend(r, ys.row(at), null, qs.row(at), keys, values, visible, cache.headDim(), scale);
        }
      }
    }
  }

  static void cacheReorder(KeyValueCache cache, int[] parents, int[] lengths) {
    Elements keys = Elements.of(cache.keys());
    Elements values = Elements.of(cache.values());
    double[][] oldKeys = new double[parents.length][];
    double[][] oldValues = new double[parents.length][];
    for (int row = 0; row < parents.length; row++) {
      oldKeys[row] = keys.row(parents[row]).values();
      oldValues[row] = values.row(parents[row]).values();
    }
    for (int row = 0; row < parents.length; row++) {
      for (int h = 0; h < cache.heads(); h++) {
        for (int s = 0; s < lengths[row]; s++) {
          for (int d = 0; d < cache.headDim(); d++) {
            int keyIndex = keyIndex(cache, h, s, d);
            int valueIndex = valueIndex(cache, h, s, d);
            keys.set(row, keyIndex, oldKeys[row][keyIndex]);
            values.set(row, valueIndex, oldValues[row][valueIndex]);
          }
        }
      }
    }
  }

  static void cacheCopy(
      KeyValueCache target, int targetRow, KeyValueCache source, int sourceRow, int length) {
    Elements toKeys = Elements.of(target.keys());
    Elements toValues = Elements.of(target.values());
    Elements fromKeys = Elements.of(source.keys());
    Elements fromValues = Elements.of(source.values());
    for (int h = 0; h < source.heads(); h++) {
      for (int s = 0; s < length; s++) {
        for (int d = 0; d < source.headDim(); d++) {
          double key = fromKeys.get(sourceRow, keyIndex(source, h, s, d));
          double value = fromValues.get(sourceRow, valueIndex(source, h, s, d));
          toKeys.set(targetRow, keyIndex(target, h, s, d), key);
          toValues.set(targetRow, valueIndex(target, h, s, d), value);
        }
      }
    }
  }

  static long cacheRowSize(int heads, int headDim, int capacity) {
    return (long) heads * headDim * padded(capacity);
  }

  private static int padded(int capacity) {
    return Math.ceilDiv(capacity, Weight.PANEL) * Weight.PANEL;
  }

  private static int keyIndex(KeyValueCache cache, int h, int s, int d) {
    int panel = s / Weight.PANEL * cache.headDim() + d;
    return h * padded(cache.capacity()) * cache.headDim() + panel * Weight.PANEL + s % Weight.PANEL;
  }

  private static int valueIndex(KeyValueCache cache, int h, int s, int d) {
    return (h * padded(cache.capacity()) + s) * cache.headDim() + d;
  }
}
