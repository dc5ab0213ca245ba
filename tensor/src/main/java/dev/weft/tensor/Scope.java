package dev.weft.tensor;

import java.util.Iterator;

/// Owns the temporaries that ops make on this thread while it is the innermost open scope, and
/// returns them to the device's pool on close. Scopes nest strictly; one thread uses a scope.
///
/// ```java
/// try (Scope scope = new Scope()) {
///   Tensor y = Ops.softmax(x);          // lives until the scope closes
///   kept = scope.keep(y, session);      // … unless another owner takes it
/// }
/// ```
public sealed class Scope extends Owner permits Tape {
  private static final ThreadLocal<Scope> CURRENT = new ThreadLocal<>();

  private final Scope parent = CURRENT.get();
  private final Thread thread = Thread.currentThread();
  private final boolean recording;

  /// Opens a scope inside the thread's present one. An enclosing tape goes on recording.
  public Scope() {
    this("scope", true);
  }

  Scope(String name, boolean recording) {
    super(name);
    this.recording = recording;
    CURRENT.set(this);
  }

  /// Opens a scope in which nothing is recorded for backward.
  public static Scope noGrad() {
    return new Scope("no-grad scope", false);
  }

  /// The thread's innermost open scope; throws when there is none.
  public static Scope current() {
    Scope scope = CURRENT.get();
    if (scope == null) {
      throw new IllegalStateException(
          "no scope is open on this thread: open a Scope or a Tape first");
    }
    return scope;
  }

  /// The tape that records what this thread does now, or null.
  static Tape recorder() {
    for (Scope scope = CURRENT.get(); scope != null; scope = scope.parent) {
      if (!scope.recording) {
        return null;
      }
      if (scope instanceof Tape tape) {
        return tape.replaying() ? null : tape;
      }
    }
    return null;
  }

  /// Moves a tensor of this scope to another owner, so that it outlives the scope; returns it, a
  /// constant from now on. Throws when it is not this scope's (a view of a parameter, say), or when
  /// a tape still needs it for backward.
  public final Tensor keep(Tensor tensor, Owner owner) {
    Block block = tensor.block();
    if (block.owner != this) {
      block.requireLive("keep");
      throw new IllegalArgumentException(
          "keep: the tensor belongs to " + block.owner.name() + ", not to " + name() + "; copy it");
    }
    if (owner != block.recordedBy) {
      if (block.recorded()) {
        throw new IllegalStateException(
            "keep: the tensor is recorded on a tape, whose backward needs it; keep it after"
                + " backward, or a copy");
      }
      tensor.root().forgetGradient();
    }
    return owner.adopt(tensor);
  }

  @Override
  final void requireOpen() {
    super.requireOpen();
    requireThread("allocate");
  }

  final void requireThread(String op) {
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException(
          op
              + ": "
              + name()
              + " belongs to thread "
              + thread.getName()
              + " but "
              + Thread.currentThread().getName()
              + " uses it");
    }
  }

  /// Returns the temporaries to the pool. Throws when an inner scope is still open, on another
  /// thread, or when an enclosing tape still needs one of them for backward (that memory then
  /// passes to the tape).
  @Override
  public void close() {
    if (closed()) {
      return;
    }
    requireThread("close");
    if (CURRENT.get() != this) {
      throw new IllegalStateException(
          "close: an inner scope is still open; scopes close in reverse order");
    }
    String recorded = this instanceof Tape ? null : handOverRecorded();
    if (parent == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(parent);
    }
    super.close();
    if (recorded != null) {
      throw new IllegalStateException(recorded);
    }
  }

  private String handOverRecorded() {
    int count = 0;
    for (Iterator<Block> it = blocks().iterator(); it.hasNext(); ) {
      Block block = it.next();
      if (block.recorded()) {
        it.remove();
        block.owner = block.recordedBy;
        block.recordedBy.blocks().add(block);
        count++;
      }
    }
    return count == 0
        ? null
        : "close: a plain scope inside a tape holds "
            + count
            + " recorded tensor(s) that backward needs; open Scope.noGrad() if no gradient is"
            + " wanted";
  }
}
