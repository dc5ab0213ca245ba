package dev.weft.tensor;

/// The definitions of the optimizer steps and of the norm of a flat buffer.
final class ReferenceOptimizers {
  private static final int BLOCK = 4096;

  private ReferenceOptimizers() {}

  static void sgd(
      Tensor p,
      Tensor g,
      Tensor m,
      double rate,
      double momentum,
      boolean nesterov,
      double decay,
      boolean first) {
    Real r = Real.of(p.dtype());
    Elements ps = Elements.of(p);
    Elements gs = Elements.of(g);
    Elements ms = Elements.orNull(m);
    for (long i = 0; i < p.size(); i++) {
      double d = r.fma(r.of(decay), ps.get(i), gs.get(i));
      double step = d;
      if (ms != null) {
        double moment = first ? d : r.fma(r.of(momentum), ms.get(i), d);
        ms.set(i, moment);
        step = nesterov ? r.fma(r.of(momentum), moment, d) : moment;
      }
      ps.set(i, r.fma(r.of(-rate), step, ps.get(i)));
    }
  }

  static void adam(Tensor p, Tensor g, Tensor m, Tensor v, Kernels.AdamStep step) {
    Real r = Real.of(p.dtype());
    Elements ps = Elements.of(p);
    Elements gs = Elements.of(g);
    Elements ms = Elements.of(m);
    Elements vs = Elements.of(v);
    double beta1 = step.beta1();
    double beta2 = step.beta2();
    double c1 = 1 - StrictMath.pow(beta1, (double) step.step());
    double c2 = 1 - StrictMath.pow(beta2, (double) step.step());
    double shrink = r.of(1 - step.rate() * step.decay());
    for (long i = 0; i < p.size(); i++) {
      double old = ps.get(i);
      double gradient = gs.get(i);
      if (step.decoupled()) {
        old = r.mul(old, shrink);
      } else {
        gradient = r.add(gradient, r.mul(r.of(step.decay()), old));
      }
      double first = r.fma(r.of(beta1), ms.get(i), r.mul(r.of(1 - beta1), gradient));
      double square = r.mul(r.mul(r.of(1 - beta2), gradient), gradient);
      double second = r.fma(r.of(beta2), vs.get(i), square);
      double root = r.mul(r.sqrt(second), r.of(1 / Math.sqrt(c2)));
      ms.set(i, first);
      vs.set(i, second);
      ps.set(i, r.fma(r.of(-step.rate() / c1), r.div(first, r.add(root, r.of(step.eps()))), old));
    }
  }

  static void rmsProp(Tensor p, Tensor g, Tensor v, double rate, double alpha, double eps) {
    Real r = Real.of(p.dtype());
    Elements ps = Elements.of(p);
    Elements gs = Elements.of(g);
    Elements vs = Elements.of(v);
    for (long i = 0; i < p.size(); i++) {
      double gradient = gs.get(i);
      double square = r.mul(r.mul(r.of(1 - alpha), gradient), gradient);
      vs.set(i, r.fma(r.of(alpha), vs.get(i), square));
      ps.set(i, descended(r, ps.get(i), gradient, vs.get(i), rate, eps));
    }
  }

  static void adagrad(Tensor p, Tensor g, Tensor v, double rate, double eps) {
    Real r = Real.of(p.dtype());
    Elements ps = Elements.of(p);
    Elements gs = Elements.of(g);
    Elements vs = Elements.of(v);
    for (long i = 0; i < p.size(); i++) {
      double gradient = gs.get(i);
      vs.set(i, r.fma(gradient, gradient, vs.get(i)));
      ps.set(i, descended(r, ps.get(i), gradient, vs.get(i), rate, eps));
    }
  }

  /// p − rate · g / (√v + eps).
  private static double descended(Real r, double p, double g, double v, double rate, double eps) {
    return r.fma(r.of(-rate), r.div(g, r.add(r.sqrt(v), r.of(eps))), p);
  }

  static double sumOfSquares(Tensor x) {
    Real r = Real.of(x.dtype());
    Elements xs = Elements.of(x);
    double sum = 0;
    for (long from = 0; from < x.size(); from += BLOCK) {
      Lanes lanes = new Lanes(r);
      for (long i = from; i < Math.min(x.size(), from + BLOCK); i++) {
        lanes.add(i, xs.get(i), xs.get(i));
      }
      sum += lanes.sum();
    }
    return sum;
  }
}
