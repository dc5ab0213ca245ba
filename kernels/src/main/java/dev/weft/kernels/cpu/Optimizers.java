package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.DOUBLE;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.all;
import static dev.weft.kernels.cpu.Vectors.load;
import static dev.weft.kernels.cpu.Vectors.store;

import dev.weft.tensor.Kernels;
import dev.weft.tensor.Tensor;
import jdk.incubator.vector.FloatVector;

/// Optimizer steps and the norm, each one pass over flat buffers.
final class Optimizers {
  /// Elements of a block of [#sumOfSquares], a part of its definition, and of a step's unit of
  /// work.
  private static final int BLOCK = 4096;

  private final Team team;

  Optimizers(Team team) {
    this.team = team;
  }

  /// A step over n elements, a multiple of [Vectors#LANES], of each buffer.
  private interface Step {
    void run(long[] at, int n);
  }

  /// Runs the step over dense buffers. The last, incomplete vector passes through scratch memory.
  private void flat(Step step, Tensor... buffers) {
    long size = buffers[0].size();
    team.split(
        Math.ceilDiv(size, BLOCK),
        Walk.GRAIN / BLOCK,
        (from, to) -> {
          long[] at = new long[buffers.length];
          for (long block = from; block < to; block++) {
            long start = block * BLOCK;
            int n = (int) Math.min(BLOCK, size - start);
            int bulk = n & -LANES;
            for (int k = 0; k < at.length; k++) {
              at[k] = buffers[k].address() + 4 * start;
            }
            step.run(at, bulk);
            if (bulk < n) {
              ragged(step, buffers, at, bulk, n - bulk);
            }
          }
        });
  }

  private static void ragged(Step step, Tensor[] buffers, long[] at, int bulk, int left) {
    try (Scratch scratch = new Scratch(buffers[0].device(), 4L * LANES * at.length)) {
      long[] padded = new long[at.length];
      for (int k = 0; k < at.length; k++) {
        padded[k] = scratch.address + 4L * LANES * k;
        Strided.spread(padded[k], 0, LANES);
        Strided.copy(padded[k], at[k] + 4L * bulk, 4L * left);
      }
      step.run(padded, LANES);
      for (int k = 0; k < at.length; k++) {
        if (k != 1) { // gradients, the second buffer, are only read
          Strided.copy(at[k] + 4L * bulk, padded[k], 4L * left);
        }
      }
    }
  }

  void sgd(
      Tensor p,
      Tensor g,
      Tensor m,
      double rate,
      double momentum,
      boolean nesterov,
      double decay,
      boolean first) {
    float minusRate = (float) -rate;
    float mu = (float) momentum;
    float wane = (float) decay;
    if (m == null) {
      flat((at, n) -> plain(at[0], at[1], n, minusRate, wane), p, g);
    } else {
      flat(
          (at, n) -> momentum(at[0], at[1], at[2], n, minusRate, mu, nesterov, wane, first),
          p,
          g,
          m);
    }
  }

  private static void plain(long p, long g, int n, float minusRate, float decay) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector old = load(p + o);
      FloatVector d = all(decay).fma(old, load(g + o));
      store(all(minusRate).fma(d, old), p + o);
    }
  }

  private static void momentum(
      long p,
      long g,
      long m,
      int n,
      float minusRate,
      float momentum,
      boolean nesterov,
      float decay,
      boolean first) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector old = load(p + o);
      FloatVector d = all(decay).fma(old, load(g + o));
      FloatVector moment = first ? d : all(momentum).fma(load(m + o), d);
      store(moment, m + o);
      store(all(minusRate).fma(nesterov ? all(momentum).fma(moment, d) : moment, old), p + o);
    }
  }

  void adam(Tensor p, Tensor g, Tensor m, Tensor v, Kernels.AdamStep step) {
    double c1 = 1 - StrictMath.pow(step.beta1(), (double) step.step());
    double c2 = 1 - StrictMath.pow(step.beta2(), (double) step.step());
    float minusRate = (float) (-step.rate() / c1);
    float beta1 = (float) step.beta1();
    float beta2 = (float) step.beta2();
    float rest1 = (float) (1 - step.beta1());
    float rest2 = (float) (1 - step.beta2());
    float root = (float) (1 / Math.sqrt(c2));
    float eps = (float) step.eps();
    float shrink = step.decoupled() ? (float) (1 - step.rate() * step.decay()) : 1;
    float decay = (float) step.decay();
    boolean decoupled = step.decoupled();
    flat(
        (at, n) ->
            adam(
                at[0], at[1], at[2], at[3], n, minusRate, beta1, beta2, rest1, rest2, root, eps,
                shrink, decay, decoupled),
        p,
        g,
        m,
        v);
  }

  private static void adam(
      long p,
      long g,
      long m,
      long v,
      int n,
      float minusRate,
      float beta1,
      float beta2,
      float rest1,
      float rest2,
      float root,
      float eps,
      float shrink,
      float decay,
      boolean decoupled) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector old = load(p + o).mul(shrink);
      FloatVector gradient = load(g + o);
      gradient = decoupled ? gradient : gradient.add(old.mul(decay));
      FloatVector first = all(beta1).fma(load(m + o), gradient.mul(rest1));
      FloatVector second = all(beta2).fma(load(v + o), gradient.mul(rest2).mul(gradient));
      store(first, m + o);
      store(second, v + o);
      FloatVector direction = first.div(second.sqrt().mul(root).add(eps));
      store(all(minusRate).fma(direction, old), p + o);
    }
  }

  void rmsProp(Tensor p, Tensor g, Tensor v, double rate, double alpha, double eps) {
    float minusRate = (float) -rate;
    float keep = (float) alpha;
    float rest = (float) (1 - alpha);
    flat((at, n) -> rmsProp(at[0], at[1], at[2], n, minusRate, keep, rest, (float) eps), p, g, v);
  }

  private static void rmsProp(
      long p, long g, long v, int n, float minusRate, float keep, float rest, float eps) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector gradient = load(g + o);
      FloatVector second = all(keep).fma(load(v + o), gradient.mul(rest).mul(gradient));
      store(second, v + o);
      store(all(minusRate).fma(gradient.div(second.sqrt().add(eps)), load(p + o)), p + o);
    }
  }

  void adagrad(Tensor p, Tensor g, Tensor v, double rate, double eps) {
    flat((at, n) -> adagrad(at[0], at[1], at[2], n, (float) -rate, (float) eps), p, g, v);
  }

  private static void adagrad(long p, long g, long v, int n, float minusRate, float eps) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector gradient = load(g + o);
      FloatVector second = gradient.fma(gradient, load(v + o));
      store(second, v + o);
      store(all(minusRate).fma(gradient.div(second.sqrt().add(eps)), load(p + o)), p + o);
    }
  }

  double sumOfSquares(Tensor x) {
    long size = x.size();
    long blocks = Math.ceilDiv(size, BLOCK);
    try (Scratch sums = new Scratch(x.device(), blocks * Double.BYTES)) {
      team.split(
          blocks,
          Walk.GRAIN / BLOCK,
          (from, to) -> {
            long i = from;
            for (; LANES == 16 && i + 4 <= to && (i + 4) * BLOCK <= size; i += 4) {
              RowSums.squaresOfFour(x.address() + 4 * i * BLOCK, BLOCK, sums.address + 8 * i);
            }
            for (; i < to; i++) {
              long start = i * BLOCK;
              int n = (int) Math.min(BLOCK, size - start);
              ALL.set(DOUBLE, sums.address + 8 * i, RowSums.squares(x.address() + 4 * start, n));
            }
          });
      double sum = 0;
      for (long i = 0; i < blocks; i++) {
        sum += ALL.get(DOUBLE, sums.address + 8 * i);
      }
      return sum;
    }
  }
}
