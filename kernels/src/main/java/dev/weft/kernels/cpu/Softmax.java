package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.LANES;
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

/// Softmax, its logarithm, and their gradients; rows are shared out over threads.
final class Softmax {
  private final Team team;

  Softmax(Team team) {
    this.team = team;
  }

  void softmax(Tensor y, Tensor x) {
    RowAddresses ys = RowAddresses.of(y);
    RowAddresses xs = RowAddresses.of(x);
    int n = xs.n();
    team.split(
        xs.count(),
        xs.least(),
        (from, to) -> {
          for (long r = from; r < to; r++) {
            float max = RowSums.max(xs.at(r), n);
            float sum = RowSums.expInto(ys.at(r), xs.at(r), n, max);
            scale(ys.at(r), n, 1 / sum);
          }
        });
  }

  private static void scale(long y, int n, float factor) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      store(load(y + o).mul(factor), y + o);
    }
    if (i < n) {
      long o = 4L * i;
      VectorMask<Float> mask = first(n - i);
      store(load(y + o, mask).mul(factor), y + o, mask);
    }
  }

  void softmaxGrad(Grad dx, Tensor dy, Tensor y) {
    RowAddresses dxs = RowAddresses.of(dx.tensor());
    RowAddresses dys = RowAddresses.of(dy);
    RowAddresses ys = RowAddresses.of(y);
    int n = ys.n();
    team.split(
        ys.count(),
        ys.least(),
        (from, to) -> {
          for (long r = from; r < to; r++) {
            float s = RowSums.dot(dys.at(r), ys.at(r), n);
            softmaxGrad(dxs.at(r), dx.accumulate(), dys.at(r), ys.at(r), n, s);
          }
        });
  }

  private static void softmaxGrad(long dx, boolean add, long dy, long y, int n, float s) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      put(load(y + o).mul(load(dy + o).sub(s)), dx + o, add);
    }
    if (i < n) {
      long o = 4L * i;
      VectorMask<Float> mask = first(n - i);
      put(load(y + o, mask).mul(load(dy + o, mask).sub(s)), dx + o, add, mask);
    }
  }

  void logSoftmax(Tensor y, Tensor x) {
    RowAddresses ys = RowAddresses.of(y);
    RowAddresses xs = RowAddresses.of(x);
    int n = xs.n();
    team.split(
        xs.count(),
        xs.least(),
        (from, to) -> {
          for (long r = from; r < to; r++) {
            float max = RowSums.max(xs.at(r), n);
            float logSum = Elementary.log(RowSums.sumOfExp(xs.at(r), n, max));
            logSoftmax(ys.at(r), xs.at(r), n, max, logSum);
          }
        });
  }

  private static void logSoftmax(long y, long x, int n, float max, float logSum) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      store(load(x + o).sub(max).sub(logSum), y + o);
    }
    if (i < n) {
      long o = 4L * i;
      VectorMask<Float> mask = first(n - i);
      store(load(x + o, mask).sub(max).sub(logSum), y + o, mask);
    }
  }

  void logSoftmaxGrad(Grad dx, Tensor dy, Tensor y) {
    RowAddresses dxs = RowAddresses.of(dx.tensor());
    RowAddresses dys = RowAddresses.of(dy);
    RowAddresses ys = RowAddresses.of(y);
    int n = ys.n();
    team.split(
        ys.count(),
        ys.least(),
        (from, to) -> {
          for (long r = from; r < to; r++) {
            float s = RowSums.sum(dys.at(r), n);
            logSoftmaxGrad(dxs.at(r), dx.accumulate(), dys.at(r), ys.at(r), n, s);
          }
        });
  }

  private static void logSoftmaxGrad(long dx, boolean add, long dy, long y, int n, float s) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long o = 4L * i;
      put(logSoftmaxGrad(load(dy + o), load(y + o), s), dx + o, add);
    }
    if (i < n) {
      long o = 4L * i;
      VectorMask<Float> mask = first(n - i);
      put(logSoftmaxGrad(load(dy + o, mask), load(y + o, mask), s), dx + o, add, mask);
    }
  }

  private static FloatVector logSoftmaxGrad(FloatVector dy, FloatVector y, float s) {
    return VectorMath.exp(y).neg().fma(all(s), dy);
  }
}
