package dev.weft.rnn;

import dev.weft.tensor.Activation;
import dev.weft.tensor.Gating;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;
import dev.weft.tensor.ops.Recurrent;
import java.util.function.Supplier;

/// A layer whose cell normalises what its two products give, and an LSTM's cell state, before the
/// gates: Ba, Kiros and Hinton, "Layer normalization", 2016, section 3.1 and the supplement. With x
/// and h one row each, N a layer norm with a gain and a shift of its own:
///
/// - a = N(x · W), p = N(h · U). The gates of a row share one mean and variance, except that a
///   GRU's new gate n has its own, apart from r and z.
/// - TANH, RELU: h' = f(a + p)
/// - LSTM: i, f, o = σ(a + p), g = tanh(a + p); c' = f · c + i · g; h' = o · tanh(N(c'))
/// - GRU: r, z = σ(a + p), n = tanh(a + r · p); h' = n + z · (h − n)
/// - GRU_RESET_FIRST: the same with n = tanh(a + N((r · h) · U))
///
/// There is no other bias: the shifts are biases. Each step is made of single ops.
record NormedDirection(
    Gating gating,
    boolean reverse,
    Supplier<Recurrent.Weights> weights,
    Norm input,
    Norm recurrent,
    Norm cell)
    implements Direction {
  private static final double EPS = 1e-5;

  /// A gain and a shift.
  record Norm(Parameter gain, Parameter shift) {
    /// The norm of columns [from, to) of x.
    Tensor of(Tensor x, int from, int to) {
      return Ops.layerNorm(
          x.slice(-1, from, to),
          gain.tensor().slice(0, from, to),
          shift.tensor().slice(0, from, to),
          EPS);
    }
  }

  @Override
  public Recurrent.Result run(Tensor x, Recurrent.State first, Tensor mask, Recurrent.Probe probe) {
    int steps = x.dim(0);
    Recurrent.Weights w = weights.get();
    Shape shape = Shape.of(x.dim(1), w.recurrent().in());
    first.requireFits(gating, shape.dim(0), shape.dim(1)); // single ops would broadcast it
    Tensor read = mask == null ? x : Ops.where(Ops.unsqueeze(mask, 2), x, zeros(x, Shape.SCALAR));
    Tensor in = normed(input, product(read, w.in())); // (T, B, G · H)
    StepProbe watch = probe == null ? null : new StepProbe(probe, gating, steps, reverse);
    Tensor h = first.h() == null ? zeros(x, shape) : first.h();
    Tensor c = first.c() == null && gating.cells() ? zeros(x, shape) : first.c();
    Tensor[] states = new Tensor[steps];
    for (int i = 0; i < steps; i++) {
      int t = reverse ? steps - 1 - i : i;
      Recurrent.State next = step(at(in, t), h, c, w.recurrent(), watch, t);
      Tensor real = mask == null ? null : mask.slice(0, t, t + 1).reshape(x.dim(1), 1);
      h = real == null ? next.h() : Ops.where(real, next.h(), h);
      c = real == null || c == null ? next.c() : Ops.where(real, next.c(), c);
      h = watch == null ? h : watch.state(h, t);
      states[t] = h;
    }
    Tensor all = Ops.stack(0, states);
    if (watch != null) {
      watch.forward(in, all);
    }
    return new Recurrent.Result(all, new Recurrent.State(h, c));
  }

  private Recurrent.State step(Tensor a, Tensor h, Tensor c, Weight u, StepProbe watch, int t) {
    int units = h.dim(1);
    Tensor p = product(h, u);
    return switch (gating) {
      case TANH -> new Recurrent.State(a.add(normed(recurrent, p)).tanh(), null);
      case RELU -> new Recurrent.State(Ops.relu(a.add(normed(recurrent, p))), null);
      case LSTM -> {
        Tensor sum = a.add(normed(recurrent, p));
        Tensor in = Ops.sigmoid(sum.slice(1, 0, units));
        Tensor forget = Ops.sigmoid(sum.slice(1, units, 2 * units));
        Tensor g = sum.slice(1, 2 * units, 3 * units).tanh();
        Tensor out = Ops.sigmoid(sum.slice(1, 3 * units, 4 * units));
        show(watch, t, in, forget, g, out);
        Tensor next = forget.mul(c).add(in.mul(g));
        yield new Recurrent.State(out.mul(cell.of(next, 0, units).tanh()), next);
      }
      case GRU, GRU_RESET_FIRST -> {
        Tensor rz = Ops.sigmoid(a.slice(1, 0, 2 * units).add(recurrent.of(p, 0, 2 * units)));
        Tensor r = rz.slice(1, 0, units);
        Tensor z = rz.slice(1, units, 2 * units);
        boolean first = gating == Gating.GRU_RESET_FIRST;
        Tensor q = first ? product(r.mul(h), u) : p;
        Tensor pn = recurrent.of(q, 2 * units, 3 * units);
        Tensor n = a.slice(1, 2 * units, 3 * units).add(first ? pn : r.mul(pn)).tanh();
        show(watch, t, rz, n);
        yield new Recurrent.State(n.add(z.mul(h.sub(n))), null);
      }
    };
  }

  private static void show(StepProbe watch, int t, Tensor... gates) {
    if (watch != null) {
      watch.gates(Ops.concat(1, gates), t);
    }
  }

  /// The norm of a product: over all gates of a row, or over r and z, and over n.
  private Tensor normed(Norm norm, Tensor p) {
    int gates = p.dim(-1);
    if (!gating.keepsHidden()) {
      return norm.of(p, 0, gates);
    }
    int both = gates / 3 * 2;
    return Ops.concat(-1, norm.of(p, 0, both), norm.of(p, both, gates));
  }

  private static Tensor product(Tensor x, Weight w) {
    return Ops.linear(x, w, null, Activation.NONE, null);
  }

  /// Step t of (T, B, n), as (B, n).
  private static Tensor at(Tensor x, int t) {
    return x.slice(0, t, t + 1).reshape(x.dim(1), x.dim(2));
  }

  private static Tensor zeros(Tensor x, Shape shape) {
    return Tensor.zeros(x.device(), x.dtype(), shape);
  }
}
