package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.MicroKernels.K_BLOCK;
import static dev.weft.kernels.cpu.MicroKernels.ROW;
import static dev.weft.kernels.cpu.MicroKernels.ROWS;
import static dev.weft.kernels.cpu.MicroKernels.TILE;
import static dev.weft.kernels.cpu.Native.ZEROS;
import static dev.weft.kernels.cpu.Panels.ROW_BYTES;
import static dev.weft.kernels.cpu.Panels.WIDTH;
import static dev.weft.kernels.cpu.Strided.INT;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.BYTES;
import static dev.weft.kernels.cpu.Vectors.F;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Tensor;
import jdk.incubator.vector.FloatVector;

/// The gradients of one head's attention, a block of queries at a time, t ascending. Scores and
/// their gradients are computed transposed, a row for each key and a column for each query:
///
/// - Pᵀ and dSᵀ (S, block) from K · Qᵀ and V · dYᵀ, the queries in panels;
/// - dV += Pᵀ · dY and dK += dSᵀ · Q: the chains of the keys go on from block to block;
/// - dQᵀ = Kᵀ · dSᵀ, whose chains end with the block.
///
/// All five run on the micro-kernels of the products.
final class AttentionGrad implements AutoCloseable {
  /// Queries of a block: dSᵀ of a thousand keys then stays in the second cache.
  private static final int BLOCK = 2 * WIDTH;

  private final Tensor q;
  private final Tensor k;
  private final Tensor v;
  private final Tensor y;
  private final Tensor dy;
  private final Tensor stats;
  private final int b;
  private final int h;
  private final int dim;
  private final long width;
  private final int limit; // keys that count
  private final int ahead; // query t sees keys up to t + ahead
  private final float scale;

  private final Scratch scratch;
  private long used;
  private final long queries; // Q of the block in panels
  private final long queryRows; // and in rows of `width`
  private final long outputs; // dY of the block in panels
  private final long outputRows;
  private final long max; // of each query of the block
  private final long inverse;
  private final long delta;
  private final long keyTile; // four keys, in blocks of the dimension
  private final long valueTile;
  private final long p; // Pᵀ of four keys
  private final long ds; // dSᵀ of all keys, rows ROW bytes apart
  private final long across; // Kᵀ in tiles of four d and blocks of keys
  private final long dqAcross; // dQᵀ of a panel
  private final long dkRows; // dK so far, rows of `width`
  private final long dvRows;

  AttentionGrad(
      Tensor dy,
      Tensor y,
      Tensor stats,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor lengths,
      double scale,
      int b,
      int h) {
    this.q = q;
    this.k = k;
    this.v = v;
    this.y = y;
    this.dy = dy;
    this.stats = stats;
    this.b = b;
    this.h = h;
    this.scale = (float) scale;
    dim = q.dim(3);
    width = HeadAttention.width(dim);
    ahead = k.dim(1) - q.dim(1);
    int given =
        lengths == null ? k.dim(1) : ALL.get(INT, lengths.address() + b * lengths.stride(0) * 4);
    limit = Math.clamp(given, 0, k.dim(1));
    int dimBlocks = Math.ceilDiv(dim, K_BLOCK);
    int keyTiles = MicroKernels.tiles(limit);
    long panelBytes = Panels.bytes(dim, BLOCK);
    long acrossBytes = (long) MicroKernels.tiles(dim) * Math.ceilDiv(limit, K_BLOCK) * TILE;
    long rowBytes = k.dim(1) * width;
    scratch =
        new Scratch(
            q.device(),
            2 * panelBytes
                + 2 * BLOCK * width
                + 3 * BLOCK * 4
                + 2L * dimBlocks * TILE
                + TILE
                + keyTiles * TILE
                + acrossBytes
                + (long) dim * ROW_BYTES
                + 2 * rowBytes);
    queries = take(panelBytes);
    outputs = take(panelBytes);
    queryRows = take(BLOCK * width);
    outputRows = take(BLOCK * width);
    max = take(BLOCK * 4);
    inverse = take(BLOCK * 4);
    delta = take(BLOCK * 4);
    keyTile = take(dimBlocks * TILE);
    valueTile = take(dimBlocks * TILE);
    p = take(TILE);
    ds = take(keyTiles * TILE);
    across = take(acrossBytes);
    dqAcross = take((long) dim * ROW_BYTES);
    dkRows = take(rowBytes);
    dvRows = take(rowBytes);
  }

  /// The next piece of the scratch.
  private long take(long bytes) {
    used += bytes;
    return scratch.address + used - bytes;
  }

  void run(Grad dq, Grad dk, Grad dv) {
    begin(dkRows, dk);
    begin(dvRows, dv);
    if (dq != null) {
      packAcross();
    }
    for (int t = 0; t < q.dim(1); t += BLOCK) {
      int count = Math.min(BLOCK, q.dim(1) - t);
      packQueries(t, count);
      int keys = Math.clamp(t + count + ahead, 0, limit);
      for (int s = 0; s < keys; s += ROWS) {
        keys(t, count, s, Math.min(ROWS, limit - s), dk != null, dv != null);
      }
      for (int panel = 0; dq != null && panel < count; panel += WIDTH) {
        int columns = Math.min(WIDTH, count - panel);
        queryGradient(
            dq, t + panel, columns, panel, Math.clamp(t + panel + columns + ahead, 0, limit));
      }
    }
    end(dk, dkRows);
    end(dv, dvRows);
  }

  private void begin(long rows, Grad gradient) {
    if (gradient != null) {
      if (gradient.accumulate()) {
        Tensor old = gradient.tensor();
        Attention.packValues(rows, Attention.at(old, b, 0, h), old.stride(1) * 4, dim, old.dim(1));
      } else {
        Native.zero(rows, k.dim(1) * width);
      }
    }
  }

  private void end(Grad gradient, long rows) {
    for (int s = 0; gradient != null && s < k.dim(1); s++) {
      Strided.copy(Attention.at(gradient.tensor(), b, s, h), rows + s * width, dim * 4L);
    }
  }

  private int tileRows(int d) {
    return MicroKernels.tileRows(dim - d);
  }

  private int keyBlocks() {
    return Math.ceilDiv(limit, K_BLOCK);
  }

  private void packAcross() {
    long tile = across;
    for (int d = 0; d < dim; d += tileRows(d)) {
      for (int s = 0; s < limit; s += K_BLOCK) {
        for (int r = 0; r < tileRows(d); r++) {
          long from = Attention.at(k, b, s, h) + (d + r) * 4L;
          Strided.gather(4, tile + r * ROW, from, k.stride(1) * 4, Math.min(K_BLOCK, limit - s));
        }
        tile += TILE;
      }
    }
  }

  private void packQueries(int t, int count) {
    Attention.packKeys(queries, Attention.at(q, b, t, h), q.stride(1) * 4, dim, count);
    Attention.packKeys(outputs, Attention.at(dy, b, t, h), dy.stride(1) * 4, dim, count);
    Attention.packValues(queryRows, Attention.at(q, b, t, h), q.stride(1) * 4, dim, count);
    Attention.packValues(outputRows, Attention.at(dy, b, t, h), dy.stride(1) * 4, dim, count);
    Native.zero(max, 3L * BLOCK * 4);
    long stat = stats.address() + (((long) b * q.dim(2) + h) * q.dim(1) + t) * 8;
    for (int i = 0; i < count; i++) {
      Native.set(max + i * 4L, Native.get(stat + i * 8L));
      Native.set(inverse + i * 4L, Native.get(stat + i * 8L + 4));
      float sum = RowSums.dot(Attention.at(dy, b, t + i, h), Attention.at(y, b, t + i, h), dim);
      Native.set(delta + i * 4L, sum);
    }
  }

  /// Pᵀ and dSᵀ of up to four keys from s on against the block of queries from t on, and what
  /// follows for these keys.
  private void keys(int t, int count, int s, int rows, boolean forKeys, boolean forValues) {
    packTile(keyTile, k, s, rows);
    packTile(valueTile, v, s, rows);
    long grads = ds + s * ROW;
    for (int panel = 0; panel < count; panel += WIDTH) {
      long at = (long) panel * dim * 4;
      product(keyTile, queries + at, p + panel * 4L);
      product(valueTile, outputs + at, grads + panel * 4L);
    }
    for (int r = 0; r < rows; r++) {
      int seen = Math.clamp(s + r - ahead - t, 0, BLOCK); // the first query that sees the key
      probabilities(p + r * ROW, seen);
      gradients(grads + r * ROW, p + r * ROW, seen);
    }
    int from = Math.clamp(s - ahead - t, 0, count);
    if (forValues) {
      carry(rows, p, outputRows, from, count, dvRows + s * width);
    }
    if (forKeys) {
      carry(rows, grads, queryRows, from, count, dkRows + s * width);
    }
  }

  /// Four rows of keys or values; those past the last are left as they are, and their products
  /// unused.
  private void packTile(long tile, Tensor x, int s, int rows) {
    for (int r = 0; r < rows; r++) {
      for (int d = 0; d < dim; d += K_BLOCK) {
        long to = tile + (long) d / K_BLOCK * TILE + r * ROW;
        Strided.copy(to, Attention.at(x, b, s + r, h) + d * 4L, Math.min(K_BLOCK, dim - d) * 4L);
      }
    }
  }

  private void product(long tile, long panel, long out) {
    for (int d = 0; d < dim; d += K_BLOCK) {
      long a = tile + (long) d / K_BLOCK * TILE;
      long columns = panel + (long) d * ROW_BYTES;
      int count = Math.min(K_BLOCK, dim - d);
      MicroKernels.tile(ROWS, a, columns, count, d == 0 ? ZEROS : out, d == 0 ? 0 : ROW, out, ROW);
    }
  }

  /// Turns a key's scores into probabilities, from query `seen` on; those before do not see it.
  private void probabilities(long scores, int seen) {
    for (long o = (long) seen / LANES * BYTES; o < BLOCK * 4; o += BYTES) {
      FloatVector e =
          VectorMath.exp(
              FloatVector.fromMemorySegment(F, ALL, scores + o, LITTLE)
                  .sub(FloatVector.fromMemorySegment(F, ALL, max + o, LITTLE))
                  .mul(scale));
      e.mul(FloatVector.fromMemorySegment(F, ALL, inverse + o, LITTLE))
          .intoMemorySegment(ALL, scores + o, LITTLE);
    }
    for (int j = 0; j < seen; j++) {
      Native.set(scores + j * 4L, 0);
    }
  }

  /// Turns the gradients of a key's probabilities into those of its scores.
  private void gradients(long grads, long probabilities, int seen) {
    for (long o = (long) seen / LANES * BYTES; o < BLOCK * 4; o += BYTES) {
      FloatVector away =
          FloatVector.fromMemorySegment(F, ALL, grads + o, LITTLE)
              .sub(FloatVector.fromMemorySegment(F, ALL, delta + o, LITTLE));
      FloatVector.fromMemorySegment(F, ALL, probabilities + o, LITTLE)
          .mul(away)
          .mul(scale)
          .intoMemorySegment(ALL, grads + o, LITTLE);
    }
    for (int j = 0; j < seen; j++) {
      Native.set(grads + j * 4L, 0);
    }
  }

  /// Carries the chains of some keys through the block's queries from `from` on.
  private void carry(int rows, long weights, long queryRows, int from, int count, long out) {
    MicroKernels.columns(
        rows,
        weights + from * 4L,
        queryRows + from * width,
        width,
        count - from,
        out,
        width,
        out,
        width,
        width);
  }

  /// dq of a panel of queries from t on: chains over the first `keys` keys.
  private void queryGradient(Grad dq, int t, int columns, int panel, int keys) {
    Tensor target = dq.tensor();
    long first = Attention.at(target, b, t, h);
    long stride = target.stride(1) * 4;
    if (dq.accumulate()) {
      Panels.pack(dqAcross, first, 4, stride, dim, columns);
    } else {
      Native.zero(dqAcross, (long) dim * ROW_BYTES);
    }
    long tile = across;
    for (int d = 0; d < dim; d += tileRows(d)) {
      long out = dqAcross + (long) d * ROW_BYTES;
      for (int s = 0; s < keys; s += K_BLOCK) {
        int count = Math.min(K_BLOCK, keys - s);
        long a = tile + (long) s / K_BLOCK * TILE;
        MicroKernels.tile(
            tileRows(d),
            a,
            ds + s * ROW + panel * 4L,
            ROW,
            count,
            out,
            ROW_BYTES,
            out,
            ROW_BYTES,
            Panels.WIDTH);
      }
      tile += keyBlocks() * TILE;
    }
    for (int i = 0; i < columns; i++) {
      Strided.gather(4, first + i * stride, dqAcross + i * 4L, ROW_BYTES, dim);
    }
  }

  @Override
  public void close() {
    scratch.close();
  }
}
