package dev.weft.kernels.cuda;

import dev.weft.tensor.Device;
import dev.weft.tensor.KeyValueCache;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// The cache of keys and values, laid out as `cache.cu` says: (head, position, D) in each row, and
/// behind that the workspace of one token's attention.
final class Cache {
  /// Positions of a block when one token attends; more where the cache is long.
  private static final int CHUNK = 256;

  private static final int MOST_SPLITS = 32; // of cache.cu
  private static final int DECODE_THREADS = 512;
  private static final int SHARED = 48 << 10; // bytes that every GPU gives a block
  private static final int LINE = 32; // floats

  private final CudaModule module;
  private final Attention attention;

  Cache(CudaStream stream, Attention attention) {
    module = new CudaModule(stream, "cache");
    this.attention = attention;
  }

  static long rowSize(int heads, int headDim, int capacity) {
    int splits = splits(capacity);
    long workspace = (long) heads * Math.max(splits * headDim, 2 * splits + 1);
    return upToLine((long) heads * capacity * headDim + workspace);
  }

  private static long upToLine(long size) {
    return Math.ceilDiv(size, LINE) * (long) LINE;
  }

  /// Positions that one block takes: of the capacity alone, so that neither the other rows nor how
  /// long a row has grown change a sum's order or a launch.
  private static int chunk(int capacity) {
    int chunk = CHUNK;
    while (Math.ceilDiv(capacity, chunk) > MOST_SPLITS) {
      chunk *= 2;
    }
    return chunk;
  }

  private static int splits(int capacity) {
    return Math.ceilDiv(capacity, chunk(capacity));
  }

  private static long headSize(KeyValueCache cache) {
    return (long) cache.capacity() * cache.headDim();
  }

  void append(KeyValueCache cache, Tensor k, Tensor v, Tensor starts, Tensor past) {
    int size = cache.heads() * cache.headDim();
    module.launch(
        "cache_append_f32",
        Grid.rows(size == 0 ? 0 : k.dim(0), size).by(2),
        cache.keys(),
        cache.values(),
        k,
        v,
        starts,
        past,
        past.dim(0),
        cache.heads(),
        cache.headDim(),
        cache.capacity(),
        cache.keys().stride(0),
        k.stride(0),
        k.stride(1),
        v.stride(0),
        v.stride(1));
  }

  /// A token of each row: every block takes some positions of one head, and the last of them joins
  /// what they found. More tokens than the rows' workspaces hold: tiles of them.
  void attention(
      Tensor y, Tensor q, KeyValueCache cache, Tensor starts, Tensor past, double scale) {
    int tokens = q.dim(0);
    if (tokens > cache.rows()) {
      attention.cached(y, q, cache, starts, past, scale);
      return;
    }
    int splits = splits(cache.capacity());
    module.launch(
        "cache_decode_" + kind(cache.headDim()) + "_f32",
        new Grid(splits, cache.heads(), tokens, DECODE_THREADS, 1, 0),
        y,
        q,
        cache.keys(),
        cache.values(),
        starts,
        past,
        past.dim(0),
        cache.heads(),
        cache.headDim(),
        cache.capacity(),
        chunk(cache.capacity()),
        cache.keys().stride(0),
        q.stride(0),
        q.stride(1),
        y.stride(0),
        y.stride(1),
        (float) scale);
  }

  /// Which kernel takes heads of D values.
  private static String kind(int dim) {
    String size = Attention.kind(dim);
    return dim % 4 == 0 ? size : "any";
  }

  void reorder(KeyValueCache cache, int[] parents, int[] lengths) {
    int rows = parents.length;
    if (rows == 0) {
      return;
    }
    int[] moves = new int[2 * rows];
    int longest = 0;
    for (int row = 0; row < rows; row++) {
      moves[row] = parents[row];
      if (parents[row] != row) {
        moves[rows + row] = lengths[row] * cache.headDim();
        longest = Math.max(longest, moves[rows + row]);
      }
    }
    int most = SHARED / Float.BYTES / rows;
    if (most == 0) {
      throw new IllegalArgumentException(
          "cacheReorder: " + rows + " rows are more than " + SHARED / Float.BYTES);
    }
    int part = most < LINE ? most : most / LINE * LINE;
    part = Math.min(part, Grid.THREADS);
    try (Scope _ = Scope.noGrad()) {
      Device device = cache.keys().device();
      module.launch(
          "cache_reorder_f32",
          blocks(Math.ceilDiv(longest, part), cache, rows * part * Float.BYTES),
          cache.keys(),
          cache.values(),
          Tensor.ids(device, Shape.of(moves.length), moves),
          rows,
          part,
          cache.keys().stride(0),
          headSize(cache));
    }
  }

  /// Blocks of some part of each head of the keys and of the values.
  private static Grid blocks(long parts, KeyValueCache cache, int shared) {
    return new Grid(Math.toIntExact(parts), cache.heads(), 2, Grid.THREADS, 1, shared);
  }

  void copy(KeyValueCache target, int targetRow, KeyValueCache source, int sourceRow, int length) {
    long n = (long) length * source.headDim();
    Grid parts = n == 0 ? Grid.of(0, Grid.THREADS) : Grid.elements(n);
    module.launch(
        "cache_copy_f32",
        blocks(parts.x(), source, 0),
        row(target.keys(), targetRow),
        row(target.values(), targetRow),
        row(source.keys(), sourceRow),
        row(source.values(), sourceRow),
        n,
        headSize(target),
        headSize(source));
  }

  private static Tensor row(Tensor part, int row) {
    return part.slice(0, row, row + 1);
  }
}
