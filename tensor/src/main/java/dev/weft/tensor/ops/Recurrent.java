package dev.weft.tensor.ops;

import dev.weft.tensor.Activation;
import dev.weft.tensor.DType;
import dev.weft.tensor.Gating;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Recurrence;
import dev.weft.tensor.Reduce;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;

/// A recurrent layer over a sequence: one product for the input of all steps, then step after step,
/// and in reverse one product for each weight gradient of all steps. Werbos, "Backpropagation
/// through time", 1990.
public final class Recurrent {
  private Recurrent() {}

  /// The weights of one layer and direction.
  ///
  /// @param in (I, blocks · H), of the input
  /// @param inBias (blocks · H), or null
  /// @param recurrent (H, blocks · H), of the state
  /// @param recurrentBias (blocks · H), or null: one bias is enough for all but GRU
  public record Weights(Weight in, Tensor inBias, Weight recurrent, Tensor recurrentBias) {}

  /// What a layer starts from, or ends with.
  ///
  /// @param h (B, H), or null: zeros
  /// @param c (B, H), for LSTM; or null: zeros
  public record State(Tensor h, Tensor c) {
    /// Zeros.
    public static final State ZERO = new State(null, null);

    /// Throws unless a run of `rows` rows and `units` units can begin with it.
    public void requireFits(Gating gating, int rows, int units) {
      requireShape("h", h, rows, units);
      requireShape("c", c, rows, units);
      if (c != null && !gating.cells()) {
        throw new IllegalArgumentException("recurrent: " + gating + " has no cell state to start");
      }
    }

    private static void requireShape(String which, Tensor state, int rows, int units) {
      if (state != null && !state.shape().equals(Shape.of(rows, units))) {
        throw new IllegalArgumentException(
            "recurrent: the first "
                + which
                + " is "
                + state.shape()
                + " but should be ("
                + rows
                + ", "
                + units
                + ")");
      }
    }
  }

  /// What a layer gives.
  ///
  /// @param states (T, B, H): the hidden state after each step, carried on through masked ones
  /// @param last the state after the last step: the first in time when reversed
  public record Result(Tensor states, State last) {}

  /// Looks into a run; the tensors are valid during the call.
  public interface Probe {
    /// After the forward pass: the gates (T, B, blocks · H), as [Recurrence#gates] says.
    void forward(Gating gating, Tensor gates, Tensor states);

    /// In the backward pass: dh (T, B, H), the whole gradient of the loss by each step's state.
    void backward(Tensor dh);
  }

  /// Runs x (T, B, I) through all steps.
  ///
  /// @param first the state before the first step
  /// @param mask BOOL (T, B), or null; a step that is masked out keeps the state, whatever x holds
  /// @param reverse whether to run from the last step to the first
  /// @param probe or null
  public static Result apply(
      Gating gating,
      Tensor x,
      Weights weights,
      State first,
      Tensor mask,
      boolean reverse,
      Probe probe) {
    check(gating, x, weights, first, mask);
    Tensor in = mask == null ? x : masked(x, mask);
    int steps = x.dim(0);
    int batch = x.dim(1);
    int units = weights.recurrent.in();
    Tensor rows = Views.rows(in); // (T · B, I)
    Tensor inBias = Views.straight(weights.inBias);
    Tensor bias = Views.straight(weights.recurrentBias);
    Tensor gates = Tensor.like(x, Shape.of(steps, batch, gating.blocks() * units));
    x.kernels().linear(Views.rows(gates), rows, weights.in, inBias, Activation.NONE, null);
    Shape shape = Shape.of(steps, batch, units);
    Recurrence run =
        new Recurrence(
            gating,
            reverse,
            Tensor.like(x, shape),
            gating.cells() ? Tensor.like(x, shape) : null,
            gates,
            gating.keepsHidden() ? Tensor.like(x, shape) : null,
            weights.recurrent,
            bias,
            contiguous(first.h),
            contiguous(first.c),
            mask == null ? null : Views.contiguous(mask));
    x.kernels().recurrent(run);
    if (probe != null) {
      probe.forward(gating, gates, run.h());
    }
    Tensor wIn = weights.in.dense();
    Tensor w = weights.recurrent.dense();
    boolean recording = Tape.recording(rows, wIn, inBias, w, bias, run.h0(), run.c0());
    if (recording && (wIn == null || w == null)) {
      throw new IllegalStateException(
          "recurrent: a packed weight has no gradient; pass the dense matrix, or open"
              + " Scope.noGrad()");
    }
    Backward backward = new Backward(run, rows, weights.in, inBias, probe);
    Tape.record(
        "recurrent",
        run.h(),
        backward,
        rows,
        wIn,
        inBias,
        w,
        bias,
        run.h0(),
        run.c0(),
        gates,
        run.c(),
        run.hidden(),
        run.mask());
    int end = run.step(steps - 1);
    Tensor lastCell = run.c() == null ? null : at(run.c(), end);
    if (lastCell != null && recording) {
      lastCell = cellOutput(run.h(), lastCell, backward);
    }
    return new Result(run.h(), new State(at(run.h(), end), lastCell));
  }

  /// The last cell state as an output of its own, whose gradient the layer's reverse takes over.
  private static Tensor cellOutput(Tensor h, Tensor cell, Backward backward) {
    Tensor last = Tensor.like(cell);
    cell.kernels().copy(Grad.into(last), cell);
    return Tape.record(
        "recurrentCell",
        last,
        tape -> {
          Tensor gradient = tape.grad(last);
          backward.dcLast = Tensor.like(gradient);
          gradient.kernels().copy(Grad.into(backward.dcLast), gradient);
          Grad reached = tape.into(h); // the layer's reverse runs even when only the cell was used
          if (!reached.accumulate()) {
            h.kernels().fill(reached.tensor(), 0);
          }
        },
        h);
  }

  /// x with zeros where the mask is 0, so that nothing there can reach a weight's gradient.
  private static Tensor masked(Tensor x, Tensor mask) {
    Tensor zero = Tensor.zeros(x.device(), x.dtype(), Shape.of());
    return Where.apply(Views.reshape(mask, x.dim(0), x.dim(1), 1), x, zero);
  }

  private static Tensor contiguous(Tensor x) {
    return x == null ? null : Views.contiguous(x);
  }

  /// Step t of (T, B, n), as (B, n).
  private static Tensor at(Tensor x, int t) {
    return Views.reshape(Views.slice(x, 0, t, t + 1), x.dim(1), x.dim(2));
  }

  /// Steps from … to − 1 of (T, B, n), as rows.
  private static Tensor rows(Tensor x, int from, int to) {
    return Views.reshape(Views.slice(x, 0, from, to), (to - from) * x.dim(1), x.dim(2));
  }

  /// The reverse of a run.
  private static final class Backward implements Tape.Backward {
    private final Recurrence run;
    private final Tensor x; // (T · B, I)
    private final Weight in;
    private final Tensor inBias;
    private final Probe probe;
    private Tensor dcLast;

    Backward(Recurrence run, Tensor x, Weight in, Tensor inBias, Probe probe) {
      this.run = run;
      this.x = x;
      this.in = in;
      this.inBias = inBias;
      this.probe = probe;
    }

    @Override
    public void run(Tape tape) {
      try (Scope _ = Scope.noGrad()) {
        Tensor dh = Tensor.like(run.h());
        Tensor dh0 = gradientOf(run.h0());
        Tensor dc0 = gradientOf(run.c0());
        run.h().kernels().recurrentGrad(run, dh, dh0, dc0, tape.grad(run.h()), dcLast);
        if (probe != null) {
          probe.backward(dh);
        }
        pass(tape.into(run.h0()), dh0);
        pass(tape.into(run.c0()), dc0);
        Tensor d = rows(run.gates(), 0, run.steps());
        Linear.multiply(tape.into(x), d, Views.transpose(in.dense(), 0, 1));
        Linear.multiply(tape.into(in.dense()), Views.transpose(x, 0, 1), d);
        recurrentWeight(tape.into(run.w().dense()));
        biases(tape.into(inBias), tape.into(run.bias()), d);
      }
    }

    private static Tensor gradientOf(Tensor state) {
      return state != null && state.tracked() ? Tensor.like(state) : null;
    }

    private static void pass(Grad into, Tensor gradient) {
      if (into != null) {
        gradient.kernels().copy(into, gradient);
      }
    }

    private void recurrentWeight(Grad into) {
      if (into == null) {
        return;
      }
      int units = run.units();
      switch (run.gating()) {
        case TANH, RELU, LSTM -> fromStates(into, run.gates());
        case GRU -> {
          fromStates(columns(into, 0, 2 * units), Views.slice(run.gates(), 2, 0, 2 * units));
          fromStates(columns(into, 2 * units, 3 * units), run.hidden());
        }
        case GRU_RESET_FIRST -> {
          fromStates(columns(into, 0, 2 * units), Views.slice(run.gates(), 2, 0, 2 * units));
          Tensor d = Views.slice(run.gates(), 2, 2 * units, 3 * units);
          Tensor q = rows(run.hidden(), 0, run.steps());
          Linear.multiply(
              columns(into, 2 * units, 3 * units),
              Views.transpose(q, 0, 1),
              rows(d, 0, run.steps()));
        }
      }
    }

    private static Grad columns(Grad into, int from, int to) {
      return new Grad(Views.slice(into.tensor(), 1, from, to), into.accumulate());
    }

    /// Σ over steps, ascending, of (the state before the step)ᵀ · d: one product, and another for
    /// the step that began from h0.
    private void fromStates(Grad into, Tensor d) {
      int steps = run.steps();
      Grad next = into;
      if (!run.reverse()) {
        next = fromFirst(next, d, 0);
      }
      if (steps > 1) {
        int later = run.reverse() ? 0 : 1; // where the steps begin that have one before them
        Tensor before = rows(run.h(), 1 - later, steps - later);
        Linear.multiply(next, Views.transpose(before, 0, 1), rows(d, later, steps - 1 + later));
        next = new Grad(into.tensor(), true);
      }
      if (run.reverse()) {
        next = fromFirst(next, d, steps - 1);
      }
      if (!next.accumulate()) {
        next.tensor().kernels().fill(next.tensor(), 0);
      }
    }

    private Grad fromFirst(Grad into, Tensor d, int t) {
      if (run.h0() == null) {
        return into;
      }
      Linear.multiply(into, Views.transpose(run.h0(), 0, 1), rows(d, t, t + 1));
      return new Grad(into.tensor(), true);
    }

    /// Both biases have one gradient, but for the part that GRU's reset gate scales.
    private void biases(Grad in, Grad recurrent, Tensor d) {
      if (in == null && recurrent == null) {
        return;
      }
      Tensor sum = sum(d);
      pass(in, sum);
      if (run.gating() == Gating.GRU && recurrent != null) {
        int units = run.units();
        pass(part(recurrent, 0, 2 * units), Views.slice(sum, 0, 0, 2 * units));
        pass(part(recurrent, 2 * units, 3 * units), sum(rows(run.hidden(), 0, run.steps())));
      } else {
        pass(recurrent, sum);
      }
    }

    private static Tensor sum(Tensor rows) {
      Tensor sum = Tensor.like(rows, Shape.of(rows.dim(1)));
      rows.kernels().reduce(Reduce.SUM, Grad.into(sum), Views.transpose(rows, 0, 1));
      return sum;
    }

    private static Grad part(Grad into, int from, int to) {
      return new Grad(Views.slice(into.tensor(), 0, from, to), into.accumulate());
    }
  }

  // ---- checks ---------------------------------------------------------------------------------

  private static void check(Gating gating, Tensor x, Weights w, State first, Tensor mask) {
    x.shape().requireRank(3, "recurrent", "x");
    if (x.dim(0) < 1) {
      throw new IllegalArgumentException("recurrent: x is " + x.shape() + " but needs a step");
    }
    Require.computing("recurrent", x, w.inBias, w.recurrentBias, first.h, first.c);
    int units = w.recurrent.in();
    int gates = gating.blocks() * units;
    weight("input", w.in, x, x.dim(2), gates);
    weight("recurrent", w.recurrent, x, units, gates);
    vector("input", w.inBias, gates);
    vector("recurrent", w.recurrentBias, gates);
    first.requireFits(gating, x.dim(1), units);
    if (mask != null) {
      Require.dtype("recurrent", "the mask", mask, DType.BOOL);
      Require.sameDevice("recurrent", x, mask);
      Shape.of(x.dim(0), x.dim(1)).requireSame(mask.shape(), "recurrent mask");
    }
  }

  private static void weight(String which, Weight w, Tensor x, int in, int out) {
    w.requireFresh("recurrent");
    if (w.in() != in || w.out() != out) {
      throw new IllegalArgumentException(
          "recurrent: the "
              + which
              + " weight is "
              + w.shape()
              + " but should be ("
              + in
              + ", "
              + out
              + ") for x "
              + x.shape());
    }
    DType wanted = w.packed() ? DType.F32 : w.dtype();
    if (x.dtype() != wanted) {
      throw new IllegalArgumentException(
          "recurrent: x is " + x.dtype() + " but the " + which + " weight wants " + wanted);
    }
    if (w.device() != x.device()) {
      throw new IllegalArgumentException(
          "recurrent: x lives on "
              + x.device().name()
              + " but the "
              + which
              + " weight on "
              + w.device().name());
    }
  }

  private static void vector(String which, Tensor bias, int gates) {
    if (bias != null && !bias.shape().equals(Shape.of(gates))) {
      throw new IllegalArgumentException(
          "recurrent: the "
              + which
              + " bias is "
              + bias.shape()
              + " but should be ("
              + gates
              + ")");
    }
  }
}
