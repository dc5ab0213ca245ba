package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.FLOAT;
import static dev.weft.kernels.cpu.Vectors.ALL;

import dev.weft.tensor.Draw;

/// One draw from one row, and the arrays that it needs, to be used again. The row's scaled logits z
/// lie in scratch memory; blocks of 1,024 ids, each with its largest z, are what threads share and
/// what a search for large values passes over.
///
/// Few candidates (top-k) go on in arrays, all (no top-k) in the scratch memory, where what top-p
/// cuts becomes −∞.
final class RowDraw {
  private static final int BLOCK = 1024;

  /// Blocks that a thread takes at least.
  private static final int LEAST = 8;

  private final Team team;
  private final Nucleus nucleus;
  private final FewDraw few = new FewDraw();
  private long z;
  private int n;
  private int blocks;
  private float[] maxima = new float[0]; // by block
  private boolean[] stale = new boolean[0]; // whether a block's maximum is out of date
  private double[] sums = new double[0]; // of weights, by block
  private double[][] lanes = new double[0][]; // by part, for the sum of a block

  RowDraw(Team team) {
    this.team = team;
    this.nucleus = new Nucleus(team);
  }

  /// Scratch memory for rows of n.
  long bytes(int n, Draw draw) {
    long padded = BLOCK * (long) Math.ceilDiv(n, BLOCK);
    boolean masses = cuts(draw) && !few(draw, n);
    return padded * (masses ? Float.BYTES + Long.BYTES : Float.BYTES);
  }

  private static boolean few(Draw draw, int n) {
    return draw.topK() > 0 && draw.topK() < n;
  }

  private static boolean cuts(Draw draw) {
    return draw.topP() > 0 && draw.topP() < 1;
  }

  private int begin(int block) {
    return BLOCK * block;
  }

  private int length(int block) {
    return Math.min(n - BLOCK * block, BLOCK);
  }

  /// z = logits / temperature, in `scratch`.
  void scale(long scratch, long logits, int count, float temperature) {
    z = scratch;
    n = count;
    blocks = Math.ceilDiv(n, BLOCK);
    if (maxima.length < blocks) {
      maxima = new float[blocks];
      stale = new boolean[blocks];
      sums = new double[blocks];
    }
    for (int i = n; i < BLOCK * blocks; i++) {
      ALL.set(FLOAT, z + 4L * i, Float.NEGATIVE_INFINITY);
    }
    team.split(
        blocks,
        LEAST,
        (from, to) -> {
          for (int block = (int) from; block < to; block++) {
            long at = 4L * begin(block);
            DrawLoops.scale(z + at, logits + at, length(block), temperature);
            maxima[block] = RowSums.max(z + at, length(block));
          }
        });
  }

  /// z[id] −= amount; [#lowered] follows the last of them.
  void lower(int id, double amount) {
    long at = z + 4L * id;
    ALL.set(FLOAT, at, (float) (ALL.get(FLOAT, at) - amount));
    stale[id / BLOCK] = true;
  }

  void lowered() {
    for (int block = 0; block < blocks; block++) {
      if (stale[block]) {
        maxima[block] = RowSums.max(z + 4L * begin(block), length(block));
        stale[block] = false;
      }
    }
  }

  /// The id, −1 when none can be drawn.
  int draw(Draw draw, double uniform) {
    float max = Float.NEGATIVE_INFINITY;
    for (int block = 0; block < blocks; block++) {
      max = Math.max(max, maxima[block]);
    }
    if (!(max < Float.POSITIVE_INFINITY) || max == Float.NEGATIVE_INFINITY) {
      return -1;
    }
    if (few(draw, n)) {
      few.select(z, n, draw.topK(), maxima);
      if (cuts(draw)) {
        few.keepNucleus(draw, max);
      }
      return few.draw(max, uniform);
    }
    if (cuts(draw)) {
      nucleus.keep(draw, z, n, max, maxima);
    }
    return drawFromAll(max, uniform);
  }

  private int drawFromAll(float max, double uniform) {
    int parts = Math.clamp(blocks / LEAST, 1, 4 * team.size());
    if (lanes.length < parts) {
      lanes = new double[parts][16];
    }
    team.run(
        parts,
        part -> {
          int end = blocks * (part + 1) / parts;
          for (int block = blocks * part / parts; block < end; block++) {
            long at = z + 4L * begin(block);
            RowSums.expInto(at, at, BLOCK, max);
            DrawLoops.lanes(lanes[part], at, BLOCK);
            sums[block] = FewDraw.tree(lanes[part]);
          }
        });
    double total = 0;
    int last = 0;
    for (int block = 0; block < blocks; block++) {
      total += sums[block];
      last = sums[block] > 0 ? block : last;
    }
    double target = uniform * total;
    double cumulated = 0;
    int block = 0;
    while (block < last && !(cumulated + sums[block] > target)) {
      cumulated += sums[block++];
    }
    return walk(block, cumulated, target);
  }

  /// The first id of a block at which the cumulated weight exceeds the target, else the last that
  /// weighs anything.
  private int walk(int block, double cumulated, double target) {
    int last = -1;
    for (int id = begin(block); id < begin(block) + length(block); id++) {
      float weight = ALL.get(FLOAT, z + 4L * id);
      cumulated += weight;
      if (weight > 0) {
        last = id;
        if (cumulated > target) {
          return id;
        }
      }
    }
    return last;
  }
}
