package dev.weft.rnn;

import dev.weft.tensor.Tensor;

/// What a stack of recurrent layers gives.
///
/// @param states (T, B, directions · H): the last layer's state after each step, forward half
///     first; through masked steps the state is carried on. (B, T, …) from
///     [Rnn#forwardBatchFirst]
/// @param last the state of every layer and direction after its last step, which is step 0 of a
///     backward one
public record Output(Tensor states, States last) {}
