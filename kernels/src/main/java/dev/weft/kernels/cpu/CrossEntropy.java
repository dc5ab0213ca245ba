package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.FLOAT;
import static dev.weft.kernels.cpu.Strided.INT;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.F;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;
import static dev.weft.kernels.cpu.Vectors.all;
import static dev.weft.kernels.cpu.Vectors.first;
import static dev.weft.kernels.cpu.Vectors.load;
import static dev.weft.kernels.cpu.Vectors.put;
import static dev.weft.kernels.cpu.Vectors.store;

import dev.weft.tensor.Elementary;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Tensor;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// Cross entropy of logits (R, V) and its gradient. The loss reads each row twice while it is in
/// the cache (largest value, sum of exponentials); the gradient reads it once.
final class CrossEntropy {
  private final Team team;

  CrossEntropy(Team team) {
    this.team = team;
  }

  void crossEntropy(
      Tensor losses,
      Tensor stats,
      Tensor logits,
      Tensor targets,
      Tensor weights,
      double smoothing,
      int ignore) {
    RowAddresses ls = RowAddresses.ofScalars(losses);
    RowAddresses ss = RowAddresses.of(stats);
    RowAddresses xs = RowAddresses.of(logits);
    RowAddresses ts = RowAddresses.ofScalars(targets);
    int n = xs.n();
    float hard = (float) (1 - smoothing);
    float soft = (float) (smoothing / n);
    team.split(
        xs.count(),
        xs.least(),
        (from, to) -> {
          try (Scratch scratch = smoothing == 0 ? null : new Scratch(logits.device(), 4L * n)) {
            for (long r = from; r < to; r++) {
              int target = ALL.get(INT, ts.at(r));
              float max = 0;
              float sum = 0;
              float loss = 0;
              if (target != ignore) {
                long x = xs.at(r);
                max = RowSums.max(x, n);
                sum = RowSums.sumOfExp(x, n, max);
                float logSumExp = max + Elementary.log(sum);
                float surprise = logSumExp - ALL.get(FLOAT, x + 4L * target);
                if (scratch == null) {
                  loss = weight(weights, target) * surprise;
                } else {
                  surprises(scratch.address, x, n, logSumExp);
                  float mean =
                      weights == null
                          ? RowSums.sum(scratch.address, n)
                          : RowSums.dot(weights.address(), scratch.address, n);
                  loss = hard * weight(weights, target) * surprise + soft * mean;
                }
              }
              ALL.set(FLOAT, ls.at(r), loss);
              ALL.set(FLOAT, ss.at(r), max);
              ALL.set(FLOAT, ss.at(r) + 4, sum);
            }
          }
        });
  }

  private static float weight(Tensor weights, int target) {
    return weights == null ? 1 : ALL.get(FLOAT, weights.address() + 4L * target);
  }

  /// y = lse − x.
  private static void surprises(long y, long x, int n, float logSumExp) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      store(all(logSumExp).sub(load(x + o)), y + o);
    }
    if (i < n) {
      long o = 4L * i;
      VectorMask<Float> mask = first(n - i);
      store(all(logSumExp).sub(load(x + o, mask)), y + o, mask);
    }
  }

  void crossEntropyGrad(
      Grad dLogits,
      Tensor dLosses,
      Tensor logits,
      Tensor stats,
      Tensor targets,
      Tensor weights,
      double smoothing,
      int ignore) {
    RowAddresses dxs = RowAddresses.of(dLogits.tensor());
    RowAddresses dls = RowAddresses.ofScalars(dLosses);
    RowAddresses xs = RowAddresses.of(logits);
    RowAddresses ss = RowAddresses.of(stats);
    RowAddresses ts = RowAddresses.ofScalars(targets);
    int n = xs.n();
    boolean add = dLogits.accumulate();
    float b = (float) (smoothing / n);
    float total = smoothing == 0 ? 0 : totalWeight(logits, weights, n);
    team.split(
        xs.count(),
        xs.least(),
        (from, to) -> {
          for (long r = from; r < to; r++) {
            int target = ALL.get(INT, ts.at(r));
            long dx = dxs.at(r);
            if (target == ignore) {
              Strided.zero(dx, n, add);
              continue;
            }
            long x = xs.at(r);
            float max = ALL.get(FLOAT, ss.at(r));
            float inverse = 1 / ALL.get(FLOAT, ss.at(r) + 4);
            float dLoss = ALL.get(FLOAT, dls.at(r));
            long wanted = dx + 4L * target;
            float old = add ? ALL.get(FLOAT, wanted) : 0;
            float p = Elementary.exp(ALL.get(FLOAT, x + 4L * target) - max) * inverse;
            float gradient;
            if (smoothing == 0) {
              float scale = dLoss * weight(weights, target);
              hard(dx, add, x, n, max, inverse, scale);
              gradient = scale * (p - 1);
            } else {
              float a = (float) (1 - smoothing) * weight(weights, target);
              float c = a + b * total;
              if (weights == null) {
                soft(dx, add, x, n, max, inverse, dLoss, c, b);
              } else {
                soft(dx, add, x, weights.address(), n, max, inverse, dLoss, c, b);
              }
              gradient = dLoss * (p * c - (b * weight(weights, target) + a));
            }
            ALL.set(FLOAT, wanted, add ? old + gradient : gradient);
          }
        });
  }

  private static float totalWeight(Tensor logits, Tensor weights, int n) {
    if (weights != null) {
      return RowSums.sum(weights.address(), n);
    }
    try (Scratch ones = new Scratch(logits.device(), 4L * (n + LANES))) {
      Strided.spread(ones.address, 1, n);
      return RowSums.sum(ones.address, n);
    }
  }

  /// scale · p, for all but the target.
  private static void hard(
      long dx, boolean add, long x, int n, float max, float inverse, float scale) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      put(probability(load(x + o), max, inverse).mul(scale), dx + o, add);
    }
    if (i < n) {
      long o = 4L * i;
      VectorMask<Float> mask = first(n - i);
      FloatVector gradient = probability(load(x + o, mask), max, inverse).mul(scale);
      // What `put` does: left out of line, that would take vector and mask as objects.
      if (add) {
        gradient = FloatVector.fromMemorySegment(F, ALL, dx + o, LITTLE, mask).add(gradient);
      }
      gradient.intoMemorySegment(ALL, dx + o, LITTLE, mask);
    }
  }

  /// dLoss · (p · c − b), for all but the target.
  private static void soft(
      long dx,
      boolean add,
      long x,
      int n,
      float max,
      float inverse,
      float dLoss,
      float c,
      float b) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      put(probability(load(x + o), max, inverse).mul(c).sub(b).mul(dLoss), dx + o, add);
    }
    if (i < n) {
      long o = 4L * i;
      VectorMask<Float> mask = first(n - i);
      put(probability(load(x + o, mask), max, inverse).mul(c).sub(b).mul(dLoss), dx + o, add, mask);
    }
  }

  /// dLoss · (p · c − b · w), for all but the target.
  private static void soft(
      long dx,
      boolean add,
      long x,
      long w,
      int n,
      float max,
      float inverse,
      float dLoss,
      float c,
      float b) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      FloatVector share =
          load(w + o).mul(b).add(0f); // the addition makes +0 of −0, as in the definition
      put(probability(load(x + o), max, inverse).mul(c).sub(share).mul(dLoss), dx + o, add);
    }
    if (i < n) {
      long o = 4L * i;
      VectorMask<Float> mask = first(n - i);
      FloatVector share = load(w + o, mask).mul(b).add(0f);
      put(
          probability(load(x + o, mask), max, inverse).mul(c).sub(share).mul(dLoss),
          dx + o,
          add,
          mask);
    }
  }

  private static FloatVector probability(FloatVector x, float max, float inverse) {
    return VectorMath.exp(x.sub(max)).mul(inverse);
  }
}
