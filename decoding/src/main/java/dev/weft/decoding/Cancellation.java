package dev.weft.decoding;

/// A stop rule that another thread sets off: every row of every run that has it ends with the token
/// under way and keeps what it has.
public final class Cancellation implements Stop {
  private volatile boolean cancelled;

  /// Ends the runs. A second call does nothing.
  public void cancel() {
    cancelled = true;
  }

  @Override
  public FinishReason check(History history) {
    return cancelled ? FinishReason.CANCELLED : null;
  }
}
