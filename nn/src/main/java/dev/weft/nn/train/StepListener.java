package dev.weft.nn.train;

import java.io.IOException;

/// Hears of every step of a training: logs, progress bars, callbacks.
@FunctionalInterface
public interface StepListener {
  /// Training begins: `from` steps are done already, `total` are planned.
  default void begin(long from, long total) throws IOException {}

  /// A step is done.
  void step(StepReport report) throws IOException;

  /// Training has ended, or failed.
  default void end() throws IOException {}
}
