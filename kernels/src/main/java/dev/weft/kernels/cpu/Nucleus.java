package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.FLOAT;
import static dev.weft.kernels.cpu.Strided.LONG;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.LANES;

import dev.weft.tensor.Draw;
import java.util.Arrays;

/// Top-p over a whole row without sorting it: masses are added up by their distance from the
/// largest logit in bins; only the bin in which the nucleus ends is sorted. Masses are integers, so
/// that any order of adding gives the same sums.
final class Nucleus {
  private static final int BLOCK = 1024;
  private static final int BINS = DrawLoops.BIN_MASK + 1;
  private static final int LEAST = 8;

  private final Team team;
  private long[][] bins = new long[0][]; // by part
  private final long[] sums = new long[BINS];
  private long[] keys = new long[64];
  private int count;

  Nucleus(Team team) {
    this.team = team;
  }

  /// z = −∞ for what the nucleus leaves out. Behind z, padded to whole blocks, lie as many longs of
  /// scratch memory.
  void keep(Draw draw, long z, int n, float max, float[] maxima) {
    int blocks = Math.ceilDiv(n, BLOCK);
    long masses = z + 4L * BLOCK * blocks;
    addUp(z, masses, blocks, max);
    long total = 0;
    for (int bin = 0; bin < BINS; bin++) {
      total += sums[bin];
    }
    double wanted = draw.topP() * total;
    long sum = 0;
    int bin = 0;
    while (bin < BINS && !ends(draw, sum + sums[bin], wanted)) {
      sum += sums[bin++];
    }
    if (bin < BINS) {
      collect(z, n, bin, max, maxima);
      cut(draw, z, n, masses, sum, wanted);
    }
  }

  private static boolean ends(Draw draw, long sum, double wanted) {
    return draw.exclusive() ? sum > wanted : sum >= wanted;
  }

  private void addUp(long z, long masses, int blocks, float max) {
    int parts = Math.clamp(blocks / LEAST, 1, 4 * team.size());
    if (bins.length < parts) {
      bins = new long[parts][BINS];
    }
    team.run(
        parts,
        part -> {
          Arrays.fill(bins[part], 0);
          int end = blocks * (part + 1) / parts;
          for (int block = blocks * part / parts; block < end; block++) {
            long at = BLOCK * (long) block;
            DrawLoops.masses(masses + 8 * at, z + 4 * at, BLOCK, max);
            addUp(bins[part], masses + 8 * at);
          }
        });
    Arrays.fill(sums, 0);
    for (int part = 0; part < parts; part++) {
      for (int bin = 0; bin < BINS; bin++) {
        sums[bin] += bins[part][bin];
      }
    }
  }

  private static void addUp(long[] bins, long masses) {
    for (int i = 0; i < BLOCK; i++) {
      long mass = ALL.get(LONG, masses + 8L * i);
      bins[(int) mass & DrawLoops.BIN_MASK] += mass >>> DrawLoops.BIN_BITS;
    }
  }

  /// The keys of a bin, in order.
  private void collect(long z, int n, int bin, float max, float[] maxima) {
    float slack = 0.001f + 4 * Math.ulp(max);
    float least = max - (bin + 0.5f) / DrawLoops.BINS_PER_UNIT - slack;
    float most = max - (bin - 0.5f) / DrawLoops.BINS_PER_UNIT + slack;
    count = 0;
    for (int block = 0; BLOCK * block < n; block++) {
      if (maxima[block] >= least) {
        int end = Math.min(n, BLOCK * (block + 1));
        for (int i = BLOCK * block; i < end; i += LANES) {
          if (DrawLoops.anyWithin(z + 4L * i, least, most)) {
            collect(z, i, Math.min(end, i + LANES), bin, max);
          }
        }
      }
    }
    Arrays.sort(keys, 0, count);
  }

  private void collect(long z, int from, int to, int bin, float max) {
    if (count + LANES > keys.length) {
      keys = Arrays.copyOf(keys, 2 * keys.length);
    }
    for (int i = from; i < to; i++) {
      float value = ALL.get(FLOAT, z + 4L * i);
      if (DrawLoops.bin(value, max) == bin) {
        keys[count++] = Order.key(value, i, true);
      }
    }
  }

  /// Drops what comes after the last id of the nucleus, which ends among the keys.
  private void cut(Draw draw, long z, int n, long masses, long before, double wanted) {
    int end = 0;
    long sum = before + mass(masses, 0);
    while (!ends(draw, sum, wanted)) {
      sum += mass(masses, ++end);
    }
    int kept = draw.exclusive() ? end : end + 1;
    if (kept == 0 && before > 0) {
      DrawLoops.dropBelow(z, n, Math.nextUp(Order.value(keys[0])));
    } else {
      long last = keys[Math.max(kept, 1) - 1];
      int after = (int) last + 1;
      DrawLoops.dropBelow(z, after, Order.value(last));
      DrawLoops.dropBelow(z + 4L * after, n - after, Math.nextUp(Order.value(last)));
    }
  }

  private long mass(long masses, int i) {
    return ALL.get(LONG, masses + 8L * (int) keys[i]) >>> DrawLoops.BIN_BITS;
  }
}
