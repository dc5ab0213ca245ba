package dev.weft.rnn;

import dev.weft.tensor.Gating;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.ops.Recurrent;

/// Looks into a layer that runs step by step, and shows a [Recurrent.Probe] what it would see of
/// one that is one op.
final class StepProbe {
  private final Recurrent.Probe probe;
  private final Gating gating;
  private final boolean reverse;
  private final Tensor[] gates;
  private Tensor dh; // (T, B, H)

  StepProbe(Recurrent.Probe probe, Gating gating, int steps, boolean reverse) {
    this.probe = probe;
    this.gating = gating;
    this.reverse = reverse;
    this.gates = new Tensor[steps];
  }

  /// The gates (B, blocks · H) of step t.
  void gates(Tensor values, int t) {
    gates[t] = values;
  }

  /// The state of step t again, as an op whose reverse sees the whole gradient of it.
  Tensor state(Tensor h, int t) {
    Tensor y = Tensor.like(h);
    h.kernels().copy(Grad.into(y), h);
    return Tape.record("probe", y, tape -> backward(tape, y, h, t), h);
  }

  private void backward(Tape tape, Tensor y, Tensor h, int t) {
    Tensor gradient = tape.grad(y);
    if (dh == null) {
      dh = tape.zeros(h.device(), h.dtype(), h.shape().insert(0, gates.length));
    }
    gradient.kernels().copy(Grad.into(dh.slice(0, t, t + 1).reshape(h.shape().dims())), gradient);
    Grad into = tape.into(h);
    if (into != null) {
      gradient.kernels().copy(into, gradient);
    }
    if (t == (reverse ? gates.length - 1 : 0)) {
      probe.backward(dh);
    }
  }

  /// Called when all steps have run; `in` stands for the gates of a cell that has none.
  void forward(Tensor in, Tensor states) {
    probe.forward(gating, gating.blocks() == 1 ? in : Ops.stack(0, gates), states);
  }
}
