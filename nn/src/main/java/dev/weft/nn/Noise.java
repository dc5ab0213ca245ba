package dev.weft.nn;

/// The counters that a model's dropout layers draw from, shared by all of them: the mask of a layer
/// is a function of the seed, the training step and the number of draws made before it in this
/// step. So a step can be run again, and a resumed run draws what the unbroken one would have.
public final class Noise implements Resumable {
  private final long seed;
  private int step;
  private int drawn;

  /// Counters at step 0.
  public Noise(long seed) {
    this.seed = seed;
  }

  /// Starts a training step: the next draw is its first.
  public void begin(long step) {
    this.step = Math.toIntExact(step);
    this.drawn = 0;
  }

  /// The seed.
  public long seed() {
    return seed;
  }

  /// The training step.
  public int step() {
    return step;
  }

  /// The number of the next draw in this step.
  public int next() {
    return drawn++;
  }

  @Override
  public void save(SavedState state) {
    state.put("noise.seed", seed);
  }

  /// The next [#begin] says where to go on; the seed must be the same.
  @Override
  public void resume(SavedState state) {
    long saved = state.getLong("noise.seed");
    if (saved != seed) {
      throw new IllegalStateException(
          "noise: the saved run has seed " + saved + " but this one has " + seed);
    }
  }
}
