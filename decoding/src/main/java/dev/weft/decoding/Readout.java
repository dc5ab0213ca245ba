package dev.weft.decoding;

import dev.weft.tensor.Tensor;

/// What is read from a session's logits on their device, right behind the step that makes them: see
/// [LanguageModel.Session#feed(int[][], Readout)].
@FunctionalInterface
public interface Readout {
  /// Reads nothing.
  Readout NONE = _ -> {};

  /// Queues kernels that read logits F32 (R, V), which belong to the session.
  ///
  /// A session may record what one call queues and replay it in place of the next ones. So each
  /// call, for logits of one shape, queues the same kernels on the same memory, which is the
  /// readout's; what is to differ from step to step they read from there. A call copies nothing to
  /// or from the host, and does not wait.
  void run(Tensor logits);
}
