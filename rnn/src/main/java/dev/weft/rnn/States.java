package dev.weft.rnn;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.ops.Recurrent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// The state of every layer and direction of an [Rnn] for B rows: what it starts from, or ends
/// with.
///
/// @param parts in PyTorch's order: layer 0 forward, layer 0 backward, layer 1 forward, …; each h
///     (B, H), and for LSTM c (B, H)
public record States(List<Recurrent.State> parts) {
  /// An immutable copy of the list.
  public States {
    parts = List.copyOf(parts);
  }

  /// B.
  public int rows() {
    return parts.getFirst().h().dim(0);
  }

  /// A copy that `owner` holds and no tape tracks: it outlives the scope it was made in. What
  /// truncated backpropagation carries on, and a session.
  public States take(Owner owner) {
    States copy = each(x -> owner.empty(x.device(), x.dtype(), x.shape()));
    copyTo(copy);
    return copy;
  }

  /// Copies the values over those of `target`, of the same layers and rows: the way to carry a
  /// state on without new memory. No tape may still need what stood there.
  public void copyTo(States target) {
    if (target.parts.size() != parts.size()) {
      throw new IllegalArgumentException(
          "states: " + parts.size() + " parts do not fit " + target.parts.size());
    }
    for (int i = 0; i < parts.size(); i++) {
      copy(parts.get(i).h(), target.parts.get(i).h());
      copy(parts.get(i).c(), target.parts.get(i).c());
    }
  }

  private static void copy(Tensor from, Tensor to) {
    if (from != null) {
      from.shape().requireSame(to.shape(), "states");
      from.kernels().copy(Grad.into(to), from);
    }
  }

  /// Gives the memory back that [#take] took of `owner`.
  public void release(Owner owner) {
    for (Recurrent.State part : parts) {
      owner.release(part.h());
      if (part.c() != null) {
        owner.release(part.c());
      }
    }
  }

  /// The same values as constants: no gradient flows back through them. Views of the same memory.
  public States detach() {
    return each(Tensor::detach);
  }

  /// The states of these rows, in this order; a row may be named more than once, or not at all.
  /// New tensors of the thread's scope; gradients flow back.
  public States select(int... rows) {
    Tensor ids = Tensor.ids(parts.getFirst().h().device(), Shape.of(rows.length), rows);
    return each(x -> Ops.embedding(x, ids));
  }

  /// The same parts with something done to each tensor.
  States each(UnaryOperator<Tensor> f) {
    List<Recurrent.State> done = new ArrayList<>(parts.size());
    for (Recurrent.State part : parts) {
      done.add(new Recurrent.State(f.apply(part.h()), part.c() == null ? null : f.apply(part.c())));
    }
    return new States(done);
  }
}
