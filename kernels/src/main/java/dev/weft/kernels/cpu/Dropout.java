package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.FLOAT;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.BYTES;
import static dev.weft.kernels.cpu.Vectors.F;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.all;
import static dev.weft.kernels.cpu.Vectors.load;
import static dev.weft.kernels.cpu.Vectors.put;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Tensor;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Dropout: four elements draw the four words of one Philox block, so any thread can begin
/// anywhere. As many blocks as a vector has longs are drawn at once, each word in the lower half of
/// a lane.
final class Dropout {
  private static final VectorSpecies<Long> L = VectorSpecies.of(long.class, F.vectorShape());

  /// Elements that one set of vectors decides about.
  private static final int STEP = 4 * L.length();

  private static final int BLOCK = 4096;
  private static final long LOW = 0xFFFF_FFFFL;

  // The multipliers and key increments of Philox4x32.
  private static final long M0 = 0xD251_1F53L;
  private static final long M1 = 0xCD9E_8D57L;
  private static final long W0 = 0x9E37_79B9L;
  private static final long W1 = 0xBB67_AE85L;

  private final Team team;

  Dropout(Team team) {
    this.team = team;
  }

  void dropout(Grad y, Tensor x, double p, long seed, int step, int sequence) {
    float scale = (float) (1 / (1 - p));
    long threshold = (long) Math.ceil(p * 0x1p32); // a whole word is ≥ p · 2^32 when it is ≥ this
    long size = x.size();
    boolean add = y.accumulate();
    team.split(
        Math.ceilDiv(size, BLOCK),
        Walk.GRAIN / (2 * BLOCK),
        (from, to) -> {
          for (long block = from; block < to; block++) {
            long start = block * BLOCK;
            int n = (int) Math.min(BLOCK, size - start);
            int bulk = n - n % STEP;
            int high = sequence + (int) (start >>> 34);
            long target = y.tensor().address() + 4 * start;
            long source = x.address() + 4 * start;
            for (int i = 0; i < bulk; i += STEP) {
              long first = start + i >>> 2 & LOW;
              long kept = kept(first, step, high, seed, threshold);
              for (int k = 0; k < 4 * L.length() / LANES; k++) {
                long o = 4L * i + (long) k * BYTES;
                apply(target + o, add, source + o, scale, kept >>> k * LANES);
              }
            }
            rest(target, add, source, start, bulk, n, scale, threshold, step, high, seed);
          }
        });
  }

  /// Bit i says whether element i is kept, of the [#STEP] elements whose blocks begin with number
  /// `first`.
  private static long kept(long first, int step, int sequence, long seed, long threshold) {
    LongVector c0 = LongVector.broadcast(L, step);
    LongVector c1 = LongVector.broadcast(L, sequence);
    LongVector c2 = LongVector.broadcast(L, Philox.Purpose.DROPOUT.word());
    LongVector c3 = LongVector.broadcast(L, first).addIndex(1);
    long k0 = seed;
    long k1 = seed >>> 32;
    for (int round = 0; round < 10; round++) {
      LongVector p0 = c0.and(LOW).mul(M0);
      LongVector p1 = c2.and(LOW).mul(M1);
      c0 =
          p1.lanewise(VectorOperators.LSHR, 32)
              .lanewise(VectorOperators.XOR, c1)
              .lanewise(VectorOperators.XOR, k0);
      c2 =
          p0.lanewise(VectorOperators.LSHR, 32)
              .lanewise(VectorOperators.XOR, c3)
              .lanewise(VectorOperators.XOR, k1);
      c1 = p1;
      c3 = p0;
      k0 += W0;
      k1 += W1;
    }
    return spread(c0, threshold)
        | spread(c1, threshold) << 1
        | spread(c2, threshold) << 2
        | spread(c3, threshold) << 3;
  }

  /// Bit 4 b says whether the word of lane b reaches the threshold.
  private static long spread(LongVector words, long threshold) {
    return Long.expand(
        words.and(LOW).compare(VectorOperators.GE, threshold).toLong(), 0x1111_1111L);
  }

  private static void apply(long y, boolean add, long x, float scale, long kept) {
    VectorMask<Float> mask = VectorMask.fromLong(F, kept);
    put(all(0f).blend(load(x).mul(scale), mask), y, add);
  }

  /// The last elements, too few for vectors.
  private static void rest(
      long y,
      boolean add,
      long x,
      long start,
      int from,
      int n,
      float scale,
      long threshold,
      int step,
      int sequence,
      long seed) {
    int[] words = new int[4];
    for (int i = from; i < n; i++) {
      if (i % 4 == 0) {
        int block = (int) (start + i >>> 2);
        int purpose = Philox.Purpose.DROPOUT.word();
        Philox.words(step, sequence, purpose, block, (int) seed, (int) (seed >>> 32), words);
      }
      boolean kept = Integer.toUnsignedLong(words[i % 4]) >= threshold;
      float value = kept ? ALL.get(FLOAT, x + 4L * i) * scale : 0;
      ALL.set(FLOAT, y + 4L * i, add ? ALL.get(FLOAT, y + 4L * i) + value : value);
    }
  }
}
