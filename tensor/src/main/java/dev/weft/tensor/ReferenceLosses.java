package dev.weft.tensor;

/// The definitions of softmax and cross entropy.
final class ReferenceLosses {
  private ReferenceLosses() {}

  static void softmax(Tensor y, Tensor x) {
    Real r = Real.of(x.dtype());
    Elements ys = Elements.of(y);
    Elements xs = Elements.of(x);
    int n = x.shape().last();
    for (long row = 0; row < x.shape().rows(); row++) {
      Elements xRow = xs.row(row);
      Elements yRow = ys.row(row);
      double max = ReferenceReductions.max(xRow, n);
      double scale = r.div(1, ReferenceReductions.sumOfExp(r, xRow, n, max));
      for (int j = 0; j < n; j++) {
        yRow.set(j, r.mul(r.exp(r.sub(xRow.get(j), max)), scale));
      }
    }
  }

  static void softmaxGrad(Grad dx, Tensor dy, Tensor y) {
    Real r = Real.of(y.dtype());
    Elements dxs = Elements.of(dx);
    Elements dys = Elements.of(dy);
    Elements ys = Elements.of(y);
    int n = y.shape().last();
    for (long row = 0; row < y.shape().rows(); row++) {
      Elements dxRow = dxs.row(row);
      Elements dyRow = dys.row(row);
      Elements yRow = ys.row(row);
      Lanes lanes = new Lanes(r);
      for (int j = 0; j < n; j++) {
        lanes.add(j, dyRow.get(j), yRow.get(j));
      }
      double s = lanes.sum();
      for (int j = 0; j < n; j++) {
        dxRow.put(j, r.mul(yRow.get(j), r.sub(dyRow.get(j), s)));
      }
    }
  }

  static void logSoftmax(Tensor y, Tensor x) {
    Real r = Real.of(x.dtype());
    Elements ys = Elements.of(y);
    Elements xs = Elements.of(x);
    int n = x.shape().last();
    for (long row = 0; row < x.shape().rows(); row++) {
      Elements xRow = xs.row(row);
      Elements yRow = ys.row(row);
      double max = ReferenceReductions.max(xRow, n);
      double logSum = r.log(ReferenceReductions.sumOfExp(r, xRow, n, max));
      for (int j = 0; j < n; j++) {
        yRow.set(j, r.sub(r.sub(xRow.get(j), max), logSum));
      }
    }
  }

  static void logSoftmaxGrad(Grad dx, Tensor dy, Tensor y) {
    Real r = Real.of(y.dtype());
    Elements dxs = Elements.of(dx);
    Elements dys = Elements.of(dy);
    Elements ys = Elements.of(y);
    int n = y.shape().last();
    for (long row = 0; row < y.shape().rows(); row++) {
      Elements dxRow = dxs.row(row);
      Elements dyRow = dys.row(row);
      Elements yRow = ys.row(row);
      double s = ReferenceReductions.sum(r, dyRow, n);
      for (int j = 0; j < n; j++) {
        dxRow.put(j, r.fma(-r.exp(yRow.get(j)), s, dyRow.get(j)));
      }
    }
  }

  static void crossEntropy(
      Tensor losses,
      Tensor stats,
      Tensor logits,
      Tensor targets,
      Tensor weights,
      double smoothing,
      int ignore) {
    Real r = Real.of(logits.dtype());
    Elements ls = Elements.of(losses);
    Elements ss = Elements.of(stats);
    Elements xs = Elements.of(logits);
    Elements ts = Elements.of(targets);
    Elements ws = Elements.orNull(weights);
    int n = logits.shape().last();
    for (long row = 0; row < losses.size(); row++) {
      int target = ts.id(row);
      if (target == ignore) {
        ls.set(row, 0);
        ss.set(2 * row, 0);
        ss.set(2 * row + 1, 0);
        continue;
      }
      Elements x = xs.row(row);
      double max = ReferenceReductions.max(x, n);
      double sum = ReferenceReductions.sumOfExp(r, x, n, max);
      ss.set(2 * row, max);
      ss.set(2 * row + 1, sum);
      double logSumExp = r.add(max, r.log(sum));
      double surprise = r.sub(logSumExp, x.get(target));
      if (smoothing == 0) {
        ls.set(row, r.mul(weight(ws, target), surprise));
        continue;
      }
      Lanes lanes = new Lanes(r);
      for (int j = 0; j < n; j++) {
        lanes.add(j, weight(ws, j), r.sub(logSumExp, x.get(j)));
      }
      double hard = r.mul(r.mul(r.of(1 - smoothing), weight(ws, target)), surprise);
      ls.set(row, r.add(hard, r.mul(r.of(smoothing / n), lanes.sum())));
    }
  }

  static void crossEntropyGrad(
      Grad dLogits,
      Tensor dLosses,
      Tensor logits,
      Tensor stats,
      Tensor targets,
      Tensor weights,
      double smoothing,
      int ignore) {
    Real r = Real.of(logits.dtype());
    Elements dxs = Elements.of(dLogits);
    Elements dls = Elements.of(dLosses);
    Elements xs = Elements.of(logits);
    Elements ss = Elements.of(stats);
    Elements ts = Elements.of(targets);
    Elements ws = Elements.orNull(weights);
    int n = logits.shape().last();
    double total = totalWeight(r, ws, n);
    for (long row = 0; row < dLosses.size(); row++) {
      Elements dx = dxs.row(row);
      Elements x = xs.row(row);
      int target = ts.id(row);
      double max = ss.get(2 * row);
      double inverse = r.div(1, ss.get(2 * row + 1));
      double dLoss = dls.get(row);
      double a = r.mul(r.of(1 - smoothing), weight(ws, target == ignore ? 0 : target));
      double b = r.of(smoothing / n);
      double c = r.add(a, r.mul(b, total));
      for (int j = 0; j < n; j++) {
        double p = r.mul(r.exp(r.sub(x.get(j), max)), inverse);
        double gradient;
        if (target == ignore) {
          gradient = 0;
        } else if (smoothing == 0) {
          gradient = r.mul(r.mul(dLoss, weight(ws, target)), r.sub(p, j == target ? 1 : 0));
        } else {
          double wanted = r.add(r.mul(b, weight(ws, j)), j == target ? a : 0);
          gradient = r.mul(dLoss, r.sub(r.mul(p, c), wanted));
        }
        dx.put(j, gradient);
      }
    }
  }

  private static double weight(Elements weights, int j) {
    return weights == null ? 1 : weights.get(j);
  }

  private static double totalWeight(Real r, Elements weights, int n) {
    Lanes lanes = new Lanes(r);
    for (int j = 0; j < n; j++) {
      lanes.add(j, weight(weights, j));
    }
    return lanes.sum();
  }
}
