package dev.weft.tensor;

import java.util.Arrays;

/// The definition of recurrent layers, one row and one step at a time.
final class ReferenceRecurrence {
  private final Recurrence run;
  private final Real r;
  private final int units;
  private final double[][] columns; // of the weight
  private final Elements h;
  private final Elements c;
  private final Elements gates;
  private final Elements hidden;
  private final Elements mask;
  private final Elements bias;

  ReferenceRecurrence(Recurrence run) {
    this.run = run;
    r = Real.of(run.h().dtype());
    units = run.units();
    columns = new double[run.w().out()][];
    for (int n = 0; n < columns.length; n++) {
      columns[n] = ReferenceProducts.column(run.w(), n);
    }
    h = Elements.of(run.h());
    c = Elements.orNull(run.c());
    gates = Elements.of(run.gates());
    hidden = Elements.orNull(run.hidden());
    mask = Elements.orNull(run.mask());
    bias = Elements.orNull(run.bias());
  }

  private long row(int t, int b) {
    return (long) t * run.rows() + b;
  }

  private boolean masked(int t, int b) {
    return mask != null && mask.get(row(t, b)) == 0;
  }

  private double[] state(Elements states, Tensor first, int i, int b) {
    if (i > 0) {
      return states.row(row(run.step(i - 1), b)).values();
    }
    return first == null ? new double[units] : Elements.of(first).row(b).values();
  }

  // ---- forward --------------------------------------------------------------------------------

  void forward() {
    for (int i = 0; i < run.steps(); i++) {
      for (int b = 0; b < run.rows(); b++) {
        step(i, b);
      }
    }
  }

  private void step(int i, int b) {
    int t = run.step(i);
    double[] before = state(h, run.h0(), i, b);
    double[] cell = c == null ? null : state(c, run.c0(), i, b);
    Elements states = h.row(row(t, b));
    if (masked(t, b)) {
      for (int j = 0; j < units; j++) {
        states.set(j, before[j]);
        if (cell != null) {
          c.set(row(t, b), j, cell[j]);
        }
        if (hidden != null) {
          hidden.set(row(t, b), j, 0);
        }
      }
      return;
    }
    Elements x = gates.row(row(t, b));
    switch (run.gating()) {
      case TANH, RELU -> {
        for (int j = 0; j < units; j++) {
          double a = r.add(x.get(j), product(before, j));
          states.set(j, run.gating() == Gating.TANH ? r.tanh(a) : Unary.RELU.f(r, a));
        }
      }
      case LSTM -> lstm(x, before, cell, states, c.row(row(t, b)));
      case GRU, GRU_RESET_FIRST -> gru(x, before, states, hidden.row(row(t, b)));
    }
  }

  /// Element n of p.
  private double product(double[] state, int n) {
    double product = ReferenceProducts.product(r, run.w(), n, state, columns[n]);
    return bias == null ? product : r.add(product, bias.get(n));
  }

  private void lstm(Elements x, double[] before, double[] cell, Elements states, Elements cells) {
    for (int n = 0; n < 4 * units; n++) {
      double a = r.add(x.get(n), product(before, n));
      x.set(n, n / units == 2 ? r.tanh(a) : r.sigmoid(a));
    }
    for (int j = 0; j < units; j++) {
      double next = r.fma(x.get(units + j), cell[j], r.mul(x.get(j), x.get(2L * units + j)));
      cells.set(j, next);
      states.set(j, r.mul(x.get(3L * units + j), r.tanh(next)));
    }
  }

  private void gru(Elements x, double[] before, Elements states, Elements kept) {
    for (int n = 0; n < 2 * units; n++) {
      x.set(n, r.sigmoid(r.add(x.get(n), product(before, n))));
    }
    boolean first = run.gating() == Gating.GRU_RESET_FIRST;
    double[] into = before.clone(); // the product for n
    for (int j = 0; first && j < units; j++) {
      into[j] = r.mul(x.get(j), before[j]);
      kept.set(j, into[j]);
    }
    for (int j = 0; j < units; j++) {
      double p = product(into, 2 * units + j);
      double a = x.get(2L * units + j);
      double n = r.tanh(first ? r.add(a, p) : r.fma(x.get(j), p, a));
      if (!first) {
        kept.set(j, p);
      }
      x.set(2L * units + j, n);
      states.set(j, r.fma(x.get(units + j), r.sub(before[j], n), n));
    }
  }

  // ---- backward -------------------------------------------------------------------------------

  void backward(Tensor dh, Tensor dh0, Tensor dc0, Tensor dy, Tensor dcLast) {
    double[][] dc = new double[run.rows()][units]; // LSTM: of the cell state after the step
    for (int b = 0; b < run.rows(); b++) {
      if (dcLast != null) {
        dc[b] = Elements.of(dcLast).row(b).values();
      }
      double[] last = new double[units];
      if (run.steps() > 0) {
        last = Elements.of(dy).row(row(run.step(run.steps() - 1), b)).values();
      }
      for (int i = run.steps() - 1; i >= 0; i--) {
        Elements.of(dh).row(row(run.step(i), b)).fill(last);
        last = before(i, b, last, dc[b], dy);
      }
      if (dh0 != null) {
        Elements.of(dh0).row(b).fill(last);
      }
      if (dc0 != null) {
        Elements.of(dc0).row(b).fill(dc[b]);
      }
    }
  }

  /// Turns the gates of step i into their gradient, and `dc` into that of the cell state before it;
  /// returns the gradient of the state before it.
  private double[] before(int i, int b, double[] e, double[] dc, Tensor dy) {
    int t = run.step(i);
    double[] sum = new double[units];
    if (i > 0) {
      sum = Elements.of(dy).row(row(run.step(i - 1), b)).values();
    }
    Elements x = gates.row(row(t, b));
    if (masked(t, b)) {
      for (int n = 0; n < columns.length; n++) {
        x.set(n, 0);
      }
      for (int j = 0; j < units; j++) {
        sum[j] = r.add(sum[j], e[j]);
        if (run.gating() == Gating.GRU) {
          hidden.set(row(t, b), j, 0);
        }
      }
      return sum;
    }
    Elements states = h.row(row(t, b));
    switch (run.gating()) {
      case TANH, RELU -> {
        Unary f = run.gating() == Gating.TANH ? Unary.TANH : Unary.RELU;
        for (int j = 0; j < units; j++) { // both slopes follow from the value; ReLU's signs agree
          x.set(j, f.df(r, e[j], states.get(j), states.get(j)));
        }
        chain(sum, x.values(), 0);
      }
      case LSTM -> {
        lstmGrad(x, c.row(row(t, b)), state(c, run.c0(), i, b), e, dc);
        chain(sum, x.values(), 0);
      }
      case GRU -> {
        double[] p = hidden.row(row(t, b)).values();
        gruGrad(x, state(h, run.h0(), i, b), e, sum);
        double[] reset = new double[units];
        for (int j = 0; j < units; j++) {
          double dn = x.get(2L * units + j);
          double gate = x.get(j);
          reset[j] = r.mul(dn, gate);
          x.set(j, Unary.SIGMOID.df(r, r.mul(dn, p[j]), 0, gate));
        }
        hidden.row(row(t, b)).fill(reset);
        chain(sum, Arrays.copyOf(x.values(), 2 * units), 0);
        chain(sum, reset, 2 * units);
      }
      case GRU_RESET_FIRST -> {
        double[] before = state(h, run.h0(), i, b);
        gruGrad(x, before, e, sum);
        double[] dq = new double[units];
        chain(dq, Arrays.copyOfRange(x.values(), 2 * units, 3 * units), 2 * units);
        for (int j = 0; j < units; j++) {
          double gate = x.get(j);
          sum[j] = r.fma(dq[j], gate, sum[j]);
          x.set(j, Unary.SIGMOID.df(r, r.mul(dq[j], before[j]), 0, gate));
        }
        chain(sum, Arrays.copyOf(x.values(), 2 * units), 0);
      }
    }
    return sum;
  }

  /// sum[k] goes on as a chain over n of d[n] · w[k, from + n].
  private void chain(double[] sum, double[] d, int from) {
    for (int k = 0; k < units; k++) {
      for (int n = 0; n < d.length; n++) {
        sum[k] = r.fma(d[n], columns[from + n][k], sum[k]);
      }
    }
  }

  private void lstmGrad(Elements x, Elements cells, double[] cell, double[] e, double[] dc) {
    for (int j = 0; j < units; j++) {
      double in = x.get(j);
      double forget = x.get(units + j);
      double g = x.get(2L * units + j);
      double out = x.get(3L * units + j);
      double tanh = r.tanh(cells.get(j));
      double d = r.fma(r.mul(e[j], out), r.fma(-tanh, tanh, 1), dc[j]);
      x.set(j, Unary.SIGMOID.df(r, r.mul(d, g), 0, in));
      x.set(units + j, Unary.SIGMOID.df(r, r.mul(d, cell[j]), 0, forget));
      x.set(2L * units + j, Unary.TANH.df(r, r.mul(d, in), 0, g));
      x.set(3L * units + j, Unary.SIGMOID.df(r, r.mul(e[j], tanh), 0, out));
      dc[j] = r.mul(d, forget);
    }
  }

  /// The gradients of z and n in place of the gates; the state's direct share is added to `sum`.
  private void gruGrad(Elements x, double[] before, double[] e, double[] sum) {
    for (int j = 0; j < units; j++) {
      double z = x.get(units + j);
      double n = x.get(2L * units + j);
      sum[j] = r.fma(e[j], z, sum[j]);
      x.set(units + j, Unary.SIGMOID.df(r, r.mul(e[j], r.sub(before[j], n)), 0, z));
      x.set(2L * units + j, Unary.TANH.df(r, r.mul(e[j], r.sub(1, z)), 0, n));
    }
  }
}
