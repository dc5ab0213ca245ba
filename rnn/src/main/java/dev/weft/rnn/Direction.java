package dev.weft.rnn;

import dev.weft.tensor.Tensor;
import dev.weft.tensor.ops.Recurrent;

/// One layer of a stack in one direction, with its weights.
sealed interface Direction permits FusedDirection, NormedDirection {
  /// Runs x (T, B, I) through all steps.
  ///
  /// @param mask BOOL (T, B), or null
  /// @param probe or null
  Recurrent.Result run(Tensor x, Recurrent.State first, Tensor mask, Recurrent.Probe probe);
}
