package dev.weft.nn;

/// What has a state that a checkpoint keeps, so that a resumed run goes on to the last bit.
public interface Resumable {
  /// Notes everything that [#resume] needs.
  void save(SavedState state);

  /// Becomes what it was when `state` was noted; throws when something is missing.
  void resume(SavedState state);
}
