package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.INT;
import static dev.weft.kernels.cpu.Vectors.ALL;

import dev.weft.tensor.KeyValueCache;
import dev.weft.tensor.Tensor;

/// The kernels of the [KeyValueCache], whose layout is the one that [HeadAttention] reads.
final class Cache {
  /// Queries of a part: many more would leave threads without work, fewer read the cache more
  /// often.
  private static final int QUERIES = 96;

  /// With fewer elements waking the team takes longer than the copy.
  private static final int SMALL = 1 << 14;

  private final Team team;

  Cache(Team team) {
    this.team = team;
  }

  static long rowSize(int heads, int headDim, int capacity) {
    return (long) heads * headDim * padded(capacity);
  }

  private static int padded(int capacity) {
    return Math.ceilDiv(capacity, Panels.WIDTH) * Panels.WIDTH;
  }

  /// Address of a head's part of one row of the keys or of the values.
  private static long head(KeyValueCache cache, Tensor part, int row, int head) {
    long size = (long) padded(cache.capacity()) * cache.headDim();
    return part.address() + (row * part.stride(0) + head * size) * 4;
  }

  private static int id(Tensor x, int i) {
    return ALL.get(INT, x.address() + i * x.stride(0) * 4);
  }

  /// Address of x[i, h, 0].
  private static long token(Tensor x, int i, int h) {
    return x.address() + (i * x.stride(0) + h * x.stride(1)) * 4;
  }

  void append(KeyValueCache cache, Tensor k, Tensor v, Tensor starts, Tensor past) {
    int heads = cache.heads();
    int rows = Math.toIntExact(past.size());
    Team.Part head =
        part -> {
          int row = part / heads;
          int h = part % heads;
          int first = id(starts, row);
          int count = id(starts, row + 1) - first;
          long keys = head(cache, cache.keys(), row, h);
          long values = head(cache, cache.values(), row, h);
          for (int i = 0; i < count; i++) {
            int position = id(past, row) + i;
            appendKey(keys, position, token(k, first + i, h), cache.headDim());
            long bytes = cache.headDim() * 4L;
            Strided.copy(values + position * bytes, token(v, first + i, h), bytes);
          }
        };
    run(rows * heads, k.size(), head);
  }

  private static void appendKey(long keys, int position, long key, int dim) {
    long to =
        keys + ((long) position / Panels.WIDTH * dim * Panels.WIDTH + position % Panels.WIDTH) * 4;
    for (int d = 0; d < dim; d++) {
      Native.set(to, Native.get(key + d * 4L));
      to += Panels.ROW_BYTES;
    }
  }

  private void run(int parts, long elements, Team.Part part) {
    if (elements < SMALL) {
      for (int i = 0; i < parts; i++) {
        part.run(i);
      }
    } else {
      team.run(parts, part);
    }
  }

  void attention(
      Tensor y, Tensor q, KeyValueCache cache, Tensor starts, Tensor past, double scale) {
    int rows = Math.toIntExact(past.size());
    int heads = cache.heads();
    int[] end = new int[rows]; // of each row's items; an item is some queries of one head
    int items = 0;
    int most = 0;
    long work = 0;
    for (int r = 0; r < rows; r++) {
      int count = id(starts, r + 1) - id(starts, r);
      int positions = id(past, r) + count;
      items += heads * Math.ceilDiv(count, QUERIES);
      end[r] = items;
      most = Math.max(most, positions);
      work += (long) count * positions * heads * cache.headDim();
    }
    int all = items;
    int dim = cache.headDim();
    long width = HeadAttention.width(dim);
    long copyBytes = width == dim * 4L ? 0 : most * width;
    int longest = most;
    team.split(
        all,
        work < SMALL ? all : 1,
        (from, to) -> {
          try (HeadAttention head = new HeadAttention(y.device(), dim, longest, scale);
              Scratch copy = copyBytes == 0 ? null : new Scratch(y.device(), copyBytes)) {
            int row = rows - 1;
            // Backwards: a row's last queries see most, and what takes longest should come first.
            for (int item = all - 1 - (int) from; item > all - 1 - (int) to; item--) {
              while (row > 0 && item < end[row - 1]) {
                row--;
              }
              int inRow = row == 0 ? item : item - end[row - 1];
              queries(
                  head,
                  copy,
                  y,
                  q,
                  cache,
                  starts,
                  past,
                  row,
                  inRow % heads,
                  inRow / heads * QUERIES);
            }
          }
        });
  }

  /// Queries of a row from its query `first` on, [#QUERIES] at most, for one head.
  ///
  /// @param copy for the head's values, padded; null where they need no padding
  private static void queries(
      HeadAttention head,
      Scratch copy,
      Tensor y,
      Tensor q,
      KeyValueCache cache,
      Tensor starts,
      Tensor past,
      int row,
      int h,
      int first) {
    int dim = cache.headDim();
    int token = id(starts, row) + first;
    int position = id(past, row) + first;
    int count = Math.min(QUERIES, id(starts, row + 1) - token);
    int most = position + count;
    long keys = head(cache, cache.keys(), row, h);
    long values = head(cache, cache.values(), row, h);
    if (copy != null) {
      Attention.packValues(copy.address, values, dim * 4L, dim, most);
      values = copy.address;
    }
    head.run(
        count,
        position + 1,
        most,
        token(q, token, h),
        q.stride(0) * 4,
        keys,
        values,
        token(y, token, h),
        y.stride(0) * 4,
        0);
  }

  /// Rows whose parent is another row are copied aside first, so that the order does not matter.
  void reorder(KeyValueCache cache, int[] parents, int[] lengths) {
    int moved = 0;
    int[] slots = new int[parents.length];
    for (int row = 0; row < parents.length; row++) {
      slots[row] = parents[row] == row ? -1 : moved++;
    }
    long rowBytes = cache.keys().dim(1) * 4L;
    try (Scratch aside = new Scratch(cache.keys().device(), 2L * moved * rowBytes)) {
      for (boolean back : new boolean[] {false, true}) {
        team.run(
            parents.length * cache.heads(),
            part -> {
              int row = part / cache.heads();
              int h = part % cache.heads();
              if (slots[row] >= 0) {
                int source = back ? row : parents[row];
                long keys = head(cache, cache.keys(), source, h);
                long values = head(cache, cache.values(), source, h);
                long slot = aside.address + 2L * slots[row] * rowBytes;
                long headBytes = h * (rowBytes / cache.heads());
                copy(keys, slot + headBytes, keyBytes(cache, lengths[row]), back);
                copy(values, slot + rowBytes + headBytes, valueBytes(cache, lengths[row]), back);
              }
            });
      }
    }
  }

  private static void copy(long inCache, long aside, long bytes, boolean back) {
    Strided.copy(back ? inCache : aside, back ? aside : inCache, bytes);
  }

  /// Keys of the first positions, in whole panels.
  private static long keyBytes(KeyValueCache cache, int positions) {
    return (long) padded(positions) * cache.headDim() * 4;
  }

  private static long valueBytes(KeyValueCache cache, int positions) {
    return (long) positions * cache.headDim() * 4;
  }

  void copy(KeyValueCache target, int targetRow, KeyValueCache source, int sourceRow, int length) {
    for (int h = 0; h < source.heads(); h++) {
      long keys = head(target, target.keys(), targetRow, h);
      long values = head(target, target.values(), targetRow, h);
      Strided.copy(keys, head(source, source.keys(), sourceRow, h), keyBytes(source, length));
      Strided.copy(values, head(source, source.values(), sourceRow, h), valueBytes(source, length));
    }
  }
}
