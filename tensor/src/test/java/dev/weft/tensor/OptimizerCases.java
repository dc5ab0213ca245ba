package dev.weft.tensor;

import java.util.List;

/// Optimizer steps and the norm of a flat buffer.
final class OptimizerCases {
  private static final int[] SIZES = {0, 1, 15, 16, 17, 4095, 4096, 4097, 20_011};

  private OptimizerCases() {}

  static void addTo(List<OpCase> cases) {
    for (int n : SIZES) {
      for (int variant = 0; variant < 8; variant++) {
        sgd(cases, n, (variant & 1) != 0, (variant & 2) != 0, (variant & 4) != 0);
      }
      for (boolean decoupled : new boolean[] {false, true}) {
        for (long step : new long[] {1, 2, 1000}) {
          adam(cases, n, new Kernels.AdamStep(3e-4, 0.9, 0.999, 1e-8, 0.1, decoupled, step));
        }
      }
      second(cases, n);
      cases.add(
          new OpCase(
              "sumOfSquares",
              "(" + n + ")",
              2L * n,
              4L * n,
              t -> {
                Tensor x = t.in(Values.UNIFORM, n);
                Tensor y = t.out(2);
                // The double's two halves, so that all of its bits are compared.
                return k -> {
                  double sum = k.sumOfSquares(x);
                  y.set((float) sum, (float) (sum - (float) sum));
                };
              }));
    }
  }

  /// Parts of a flat buffer begin anywhere: 20,011 elements begin off a vector boundary.
  private static Tensor state(Tensors t, Values values, int n) {
    int skipped = n == 20_011 ? 1 : 0;
    return t.state(values, n + skipped).slice(0, skipped, n + skipped);
  }

  private static void sgd(
      List<OpCase> cases, int n, boolean momentum, boolean nesterov, boolean first) {
    String what =
        "("
            + n
            + ")"
            + (momentum ? " momentum" : "")
            + (nesterov ? " nesterov" : "")
            + (first ? " first" : "");
    cases.add(
        new OpCase(
            "sgd",
            what,
            6L * n,
            20L * n,
            t -> {
              Tensor p = state(t, Values.UNIFORM, n);
              Tensor g = t.in(n);
              Tensor m = momentum ? state(t, Values.UNIFORM, n) : null;
              return k ->
                  k.sgd(p, g, m, 0.01, momentum ? 0.9 : 0, nesterov && momentum, 0.1, first);
            }));
  }

  private static void adam(List<OpCase> cases, int n, Kernels.AdamStep step) {
    cases.add(
        new OpCase(
            "adam",
            "(" + n + ") " + step,
            14L * n,
            28L * n,
            t -> {
              Tensor p = state(t, Values.UNIFORM, n);
              Tensor g = t.in(n);
              Tensor m = state(t, Values.UNIFORM, n);
              Tensor v = state(t, Values.POSITIVE, n);
              return k -> k.adam(p, g, m, v, step);
            }));
  }

  private static void second(List<OpCase> cases, int n) {
    cases.add(
        new OpCase(
            "rmsProp",
            "(" + n + ")",
            7L * n,
            20L * n,
            t -> {
              Tensor p = state(t, Values.UNIFORM, n);
              Tensor g = t.in(n);
              Tensor v = state(t, Values.POSITIVE, n);
              return k -> k.rmsProp(p, g, v, 0.01, 0.99, 1e-8);
            }));
    cases.add(
        new OpCase(
            "adagrad",
            "(" + n + ")",
            6L * n,
            20L * n,
            t -> {
              Tensor p = state(t, Values.UNIFORM, n);
              Tensor g = t.in(n);
              Tensor v = state(t, Values.POSITIVE, n);
              return k -> k.adagrad(p, g, v, 0.01, 1e-8);
            }));
  }
}
