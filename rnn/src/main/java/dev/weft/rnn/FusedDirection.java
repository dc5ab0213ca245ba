package dev.weft.rnn;

import dev.weft.tensor.Gating;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.ops.Recurrent;
import java.util.function.Supplier;

/// A layer that is one op.
record FusedDirection(Gating gating, boolean reverse, Supplier<Recurrent.Weights> weights)
    implements Direction {
  @Override
  public Recurrent.Result run(Tensor x, Recurrent.State first, Tensor mask, Recurrent.Probe probe) {
    return Recurrent.apply(gating, x, weights.get(), first, mask, reverse, probe);
  }
}
