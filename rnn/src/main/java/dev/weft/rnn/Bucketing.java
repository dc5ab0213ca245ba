package dev.weft.rnn;

import dev.weft.tensor.Philox;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Deals the examples of a data set into batches of similar length.
///
/// An epoch shuffles all examples, cuts them into pools of [#pool] batches, sorts each pool by
/// length, cuts it into batches, and shuffles the batches. A large pool pads less; a pool of one
/// batch is plain shuffling. Everything follows from (seed, epoch).
///
/// @param lengths of the examples
/// @param rows of a batch; the last one of an epoch's examples may have fewer
/// @param pool batches that are sorted together
/// @param seed of every shuffle
public record Bucketing(int[] lengths, int rows, int pool, long seed) {
  private static final int POOL = 32;

  public Bucketing {
    if (rows < 1 || pool < 1) {
      throw new IllegalArgumentException(
          "bucketing: rows and pool must be at least 1 but are " + rows + " and " + pool);
    }
    lengths = lengths.clone();
  }

  /// Pools of 32 batches.
  public Bucketing(int[] lengths, int rows, long seed) {
    this(lengths, rows, POOL, seed);
  }

  /// Of these sequences, in pools of 32 batches.
  public static Bucketing of(int[][] sequences, int rows, long seed) {
    return new Bucketing(Arrays.stream(sequences).mapToInt(s -> s.length).toArray(), rows, seed);
  }

  /// The batches of one epoch: each example in exactly one.
  ///
  /// @param batches of examples, to be made with [PaddedBatch#of(int[][], int...)]
  /// @param padding share of the batches' places that hold no symbol, in [0, 1)
  public record Epoch(List<int[]> batches, double padding) {}

  /// Batches of an epoch, counted from 0.
  public Epoch epoch(int epoch) {
    Philox random = new Philox(seed, Philox.Purpose.SHUFFLE, epoch, 0);
    int[] order = random.permutation(lengths.length);
    int size = (int) Math.min((long) rows * pool, Integer.MAX_VALUE);
    List<int[]> sorted = new ArrayList<>();
    for (int from = 0; from < order.length; from += size) {
      int to = from + Math.min(size, order.length - from);
      int[] byLength =
          IntStream.range(from, to)
              .mapToObj(i -> order[i])
              .sorted(Comparator.comparingInt((Integer example) -> lengths[example]))
              .mapToInt(Integer::intValue)
              .toArray();
      for (int at = 0; at < byLength.length; at += rows) {
        sorted.add(Arrays.copyOfRange(byLength, at, Math.min(at + rows, byLength.length)));
      }
      if (to == order.length) {
        break; // from + size might pass the largest int
      }
    }
    List<int[]> batches = new ArrayList<>(sorted.size());
    for (int batch : random.permutation(sorted.size())) {
      batches.add(sorted.get(batch));
    }
    return new Epoch(batches, padding(batches));
  }

  private double padding(List<int[]> batches) {
    long places = 0;
    long symbols = 0;
    for (int[] batch : batches) {
      int longest = 0;
      for (int example : batch) {
        longest = Math.max(longest, lengths[example]);
        symbols += lengths[example];
      }
      places += (long) longest * batch.length;
    }
    return places == 0 ? 0 : 1 - (double) symbols / places;
  }
}
