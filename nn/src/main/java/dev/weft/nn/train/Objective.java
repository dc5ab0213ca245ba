package dev.weft.nn.train;

import dev.weft.tensor.Tensor;

/// What is trained for: the loss of a batch, by the batch's number. Where the same number gives the
/// same batch, a resumed run sees what the unbroken one would have seen.
@FunctionalInterface
public interface Objective {
  /// One batch.
  ///
  /// @param loss its mean loss, a scalar
  /// @param tokens how many tokens (or examples) that is the mean of, at least 1: what the batch
  ///     counts beside others in an accumulation or an evaluation, and the speed in the log
  record Batch(Tensor loss, long tokens) {
    public Batch {
      if (tokens < 1) {
        throw new IllegalArgumentException(
            "batch: its loss must be the mean of at least 1 token but tokens is " + tokens);
      }
    }
  }

  /// The loss of batch `number`, from 0, recorded on the open tape; no two calls of a training
  /// have the same number.
  Batch loss(long number);
}
