package dev.weft.tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A scope that also records what is done in it, so that [#backward] can run it in reverse: a plain
/// loop over the entries in reverse order of execution, no recursion, no topological sort.
///
/// A gradient is made at its first write (`beta` 0) and added to after that (`beta` 1). Gradients
/// of activations go back to the pool as soon as their own backward has run; those of watched
/// tensors and of parameters stay.
public final class Tape extends Scope {
  /// The reverse of one op: reads [Tape#grad] of its output, writes [Tape#into] each input.
  @FunctionalInterface
  public interface Backward {
    /// Runs once per [Tape#backward], only when a gradient has reached the op's output.
    void run(Tape tape);
  }

  private record Entry(String op, Tensor out, Backward backward) {}

  private final List<Entry> entries = new ArrayList<>();
  private final List<Tensor> watched = new ArrayList<>();
  private final Map<ParameterSet, Long> parameterSets = new LinkedHashMap<>(); // and their versions
  private boolean replaying;
  private boolean done;

  /// Opens a tape inside the thread's present scope.
  public Tape() {
    super("tape", true);
  }

  /// Records an op on the thread's tape when an input is tracked; returns `out`. Otherwise does
  /// nothing. `out` must be a fresh tensor, not a view; `inputs` are all tensors that the reverse
  /// reads, so that nobody changes or frees them before.
  public static Tensor record(String op, Tensor out, Backward backward, Tensor... inputs) {
    if (!recording(inputs)) {
      return out;
    }
    Tape tape = Scope.recorder();
    tape.requireThread(op);
    if (tape.done) {
      throw new IllegalStateException(op + ": backward has run on this tape; open a new one");
    }
    for (Tensor input : inputs) {
      if (input != null) {
        tape.needs(op, input);
      }
    }
    out.track(tape);
    out.block().recordedBy = tape;
    tape.entries.add(new Entry(op, out, backward));
    return out;
  }

  private void needs(String op, Tensor input) {
    ParameterSet set = input.root().parameterSet();
    Block block = input.block();
    if (set != null) {
      parameterSets.putIfAbsent(set, set.version());
      return;
    }
    requireMine(op, input);
    if (!block.recorded()) {
      block.recordedBy = this;
    }
  }

  /// Throws when a tensor's gradient belongs to another tape: it cannot serve two.
  private void requireMine(String op, Tensor x) {
    Tape owner = x.root().tape();
    if (owner != null && owner != this) {
      throw new IllegalStateException(
          op
              + ": the tensor "
              + x.shape()
              + " is watched by or recorded on another tape; detach it, or use one tape for both");
    }
  }

  /// Whether an op with these inputs (null ones are passed over) would be recorded on the thread's
  /// tape.
  public static boolean recording(Tensor... inputs) {
    if (Scope.recorder() != null) {
      for (Tensor input : inputs) {
        if (input != null && input.tracked()) {
          return true;
        }
      }
    }
    return false;
  }

  /// Makes `x` a leaf whose gradient is wanted: after [#backward], [#grad] gives it. Returns `x`.
  public Tensor watch(Tensor x) {
    requireThread("watch");
    if (!x.dtype().computes()) {
      throw new IllegalArgumentException(
          "watch: " + x.dtype() + " has no gradient; F32 and F64 have");
    }
    if (x.root() != x || !x.dense()) {
      throw new IllegalArgumentException(
          "watch: " + x + " is a view; watch what it is a view of, or a copy");
    }
    if (x.parameterSet() != null) {
      return x; // a leaf already, for longer than this tape
    }
    requireMine("watch", x);
    x.track(this);
    x.retainGradient();
    watched.add(x);
    return x;
  }

  /// Where to write the gradient of `x`, or null when nobody wants it. Each call counts as one
  /// write: the first overwrites, later ones add; an op that uses one tensor twice asks in write
  /// order.
  public Grad into(Tensor x) {
    if (x == null || !x.tracked()) {
      return null;
    }
    if (x.repeats()) {
      throw new IllegalStateException(
          "backward: " + x + " was expanded before its base was watched; watch first, then expand");
    }
    Tensor root = x.root();
    if (root.parameterSet() != null) {
      root.parameterSet().requireGradients();
    }
    Tensor gradient = root.gradient();
    if (gradient == null) {
      gradient = empty(root.device(), root.dtype(), root.shape());
      root.gradient(gradient);
    }
    boolean accumulate = root.gradientWritten();
    if (!accumulate && x.shape().size() != root.shape().size()) {
      gradient.device().kernels().fill(gradient, 0);
      accumulate = true;
    }
    root.gradientWritten(true);
    return new Grad(x == root ? gradient : x.sameViewOf(gradient), accumulate);
  }

  /// The gradient of `y` so far, of the shape of `y`; throws when none has arrived.
  public Tensor grad(Tensor y) {
    Tensor root = y.root();
    if (!root.gradientWritten()) {
      throw new IllegalStateException("grad: no gradient has reached the tensor " + y.shape());
    }
    return y == root ? root.gradient() : y.sameViewOf(root.gradient());
  }

  /// Runs the recorded ops in reverse from `loss`, a scalar. Parameters that no op reached get
  /// zeros unless they hold gradients of an earlier backward since `zeroGrad`.
  public void backward(Tensor loss) {
    if (loss.shape().size() != 1) {
      throw new IllegalArgumentException(
          "backward: the loss must be a scalar but is " + loss.shape() + "; reduce it first");
    }
    requireThread("backward");
    if (done) {
      throw new IllegalStateException("backward: has already run on this tape; open a new one");
    }
    if (!loss.tracked()) {
      throw new IllegalStateException(
          "backward: the loss does not depend on a parameter or a watched tensor of this tape");
    }
    if (loss.block().recorded() && loss.block().recordedBy != this) {
      throw new IllegalStateException("backward: the loss was made on another tape; run it there");
    }
    parameterSets.forEach(
        (set, version) -> {
          if (set.version() != version) {
            throw new IllegalStateException(
                "backward: the parameters "
                    + set.name()
                    + " have changed since the forward pass; change them after backward");
          }
        });
    replaying = true;
    try {
      Grad seed = into(loss);
      seed.tensor().device().kernels().fill(seed.tensor(), 1);
      for (int i = entries.size() - 1; i >= 0; i--) {
        Entry entry = entries.get(i);
        if (entry.out.gradientWritten()) {
          entry.backward.run(this);
          if (!entry.out.gradientRetained()) {
            release(entry.out.gradient());
            entry.out.gradient(null);
            entry.out.gradientWritten(false);
          }
        }
      }
      for (ParameterSet set : parameterSets.keySet()) {
        set.zeroStaleGradients();
      }
    } finally {
      replaying = false;
      done = true;
    }
  }

  boolean replaying() {
    return replaying;
  }

  /// Whether backward may still run: recorded tensors must not change.
  boolean pending() {
    return !done && !closed();
  }

  /// Number of recorded ops.
  public int size() {
    return entries.size();
  }

  /// Gives all activations and their gradients back and forgets the entries.
  @Override
  public void close() {
    super.close();
    entries.clear();
    for (Tensor leaf : watched) {
      leaf.forgetGradient();
    }
    watched.clear();
  }
}
