package dev.weft.rnn;

import dev.weft.nn.Resumable;
import dev.weft.nn.SavedState;
import dev.weft.nn.train.Objective;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// Truncated backpropagation through time over a long stream, as the objective of a
/// [dev.weft.nn.train.Trainer]: window n takes the losses of k1 further steps, and gradients flow
/// back over the last k2 ≥ k1. What the layers remember goes on from window to window, as values
/// without gradients; it begins anew when the stream does. Williams and Peng, 1990; Sutskever,
/// 2013, section 2.8.1.
///
/// A window that ends before step t runs forward from the state kept at t − k2, or from the start
/// of the stream. For k2 > k1 that state was kept by the window before, which ran over that place;
/// the steps behind it run again, with the parameters of now. Memory does not grow from window to
/// window: there are two kept states, by turns, and k2 steps of activations.
///
/// The kept state is saved with the trainer's checkpoints; where it is missing, a window that needs
/// it is refused.
public final class TruncatedBptt implements Objective, Resumable, AutoCloseable {
  private static final long UNKNOWN = -1;

  private final RnnLanguageModel model;
  private final TokenStream stream;
  private final int k1;
  private final int k2;
  private final Owner owner = new Owner("truncated backpropagation");
  private final States[] kept = new States[2]; // by turns: a tape may still need the older one
  private int turn;
  private long next; // the window that kept[turn] is for

  /// Windows of `k1` steps whose gradients flow back over `k2`.
  ///
  /// @param k1 at least 1
  /// @param k2 at least k1
  public TruncatedBptt(RnnLanguageModel model, TokenStream stream, int k1, int k2) {
    if (k1 < 1 || k2 < k1) {
      throw new IllegalArgumentException(
          "truncated: k1 must be at least 1 and k2 at least k1, so that every step that has a loss"
              + " has a gradient, but k1 is "
              + k1
              + " and k2 is "
              + k2);
    }
    model.requireNoClasses();
    this.model = model;
    this.stream = stream;
    this.k1 = k1;
    this.k2 = k2;
  }

  /// Windows of one pass over the stream; the last one may be shorter.
  public int windows() {
    return Math.ceilDiv(stream.steps(), k1);
  }

  /// The step behind the last one of a window.
  private int end(int window) {
    return (int) Math.min((window + 1L) * k1, stream.steps());
  }

  /// The first step of a window that gradients reach.
  private int start(int window) {
    return Math.max(0, end(window) - k2);
  }

  /// The mean loss of window `number`, counted through all passes over the stream. Windows come one
  /// after another; the first of a pass may come at any time.
  @Override
  public Batch loss(long number) {
    int window = (int) (number % windows());
    int start = start(window);
    if (window != 0 && next == UNKNOWN) {
      throw new IllegalStateException(
          "truncated: the window before failed, and what the layers remembered is lost; go on from"
              + " a checkpoint, or with the first window of a pass");
    }
    if (window != 0 && number != next) {
      throw new IllegalStateException(
          "truncated: window "
              + number
              + " goes on from the one before it, but the next one is "
              + next
              + "; a trainer that is resumed needs this itself as its objective");
    }
    next = UNKNOWN; // until it is known that this window succeeds
    int end = end(window);
    States first = start == 0 ? null : kept[turn];
    int cut = window + 1 < windows() ? start(window + 1) : end; // where the next one begins
    Tensor states; // (end − start, B, H)
    if (cut == start) {
      states = run(start, end, first).states();
    } else {
      Output before = run(start, cut, first);
      keep(before.last());
      states =
          cut == end
              ? before.states()
              : Ops.concat(0, before.states(), run(cut, end, before.last()).states());
    }
    int from = window * k1;
    Tensor logits = model.scores(states.slice(0, from - start, end - start));
    Tensor targets = stream.targets(model.parameters().device(), from, end);
    next = number + 1;
    return new Batch(Ops.crossEntropy(logits, targets), targets.size());
  }

  private Output run(int from, int to, States first) {
    return model.hidden(stream.inputs(model.parameters().device(), from, to), first, null);
  }

  private void keep(States states) {
    turn = 1 - turn;
    if (kept[turn] == null) {
      kept[turn] = states.take(owner);
    } else {
      states.copyTo(kept[turn]);
    }
  }

  // ---- saved and resumed ----------------------------------------------------------------------

  @Override
  public void save(SavedState state) {
    state.put("truncated.shape", shape());
    state.put("truncated.next", next);
    state.put("truncated.state", kept[turn] == null ? "" : StateText.of(kept[turn]));
  }

  @Override
  public void resume(SavedState state) {
    String saved = state.getText("truncated.shape");
    if (!saved.equals(shape())) {
      throw new IllegalStateException(
          "truncated: the saved run has " + saved + " but this one " + shape());
    }
    String text = state.getText("truncated.state");
    if (!text.isEmpty()) {
      if (kept[turn] == null) {
        kept[turn] = empty();
      }
      StateText.read(text, kept[turn]);
    }
    next = state.getLong("truncated.next");
  }

  private String shape() {
    return "k1 "
        + k1
        + ", k2 "
        + k2
        + ", "
        + stream.rows()
        + " rows of "
        + stream.steps()
        + " steps";
  }

  private States empty() {
    Shape shape = Shape.of(stream.rows(), model.config().rnn().hidden());
    try (Scope _ = Scope.noGrad()) {
      States one = model.rnn().cell().zeroState(1);
      return one.each(x -> owner.empty(x.device(), x.dtype(), shape));
    }
  }

  /// Gives the kept states back.
  @Override
  public void close() {
    owner.close();
  }
}
