package dev.weft.nn.optim;

import dev.weft.nn.Resumable;
import dev.weft.nn.SavedState;

/// Lowers the learning rate when a loss stops falling: after more than `patience` checks in a row
/// without a relative gain of 1e-4, the rate is multiplied by `factor`.
public final class ReduceOnPlateau implements Schedule, Resumable {
  private static final double THRESHOLD = 1e-4;

  private final double factor;
  private final int patience;
  private final double floor;
  private double rate;
  private double best = Double.POSITIVE_INFINITY;
  private long bad;

  /// Starts at `rate`; never goes below `floor`, which is at most that. `factor` in (0, 1).
  public ReduceOnPlateau(double rate, double factor, int patience, double floor) {
    if (!(factor > 0 && factor < 1)) {
      throw new IllegalArgumentException("schedule: factor must lie in (0, 1) but is " + factor);
    }
    if (patience < 0) {
      throw new IllegalArgumentException(
          "schedule: patience must be at least 0 but is " + patience);
    }
    if (!(floor <= rate)) {
      throw new IllegalArgumentException(
          "schedule: floor must be at most the rate, " + rate + ", but is " + floor);
    }
    this.rate = rate;
    this.factor = factor;
    this.patience = patience;
    this.floor = floor;
  }

  @Override
  public double at(long step) {
    return rate;
  }

  /// Takes the loss of a check into account; NaN counts as no gain.
  public void observe(double loss) {
    if (loss < best * (1 - THRESHOLD)) {
      best = loss;
      bad = 0;
    } else if (++bad > patience) {
      rate = Math.min(rate, Math.max(floor, rate * factor)); // resumed, it may be below the floor
      bad = 0;
    }
  }

  @Override
  public void save(SavedState state) {
    state.put("plateau.rate", rate);
    state.put("plateau.best", best);
    state.put("plateau.bad", bad);
  }

  @Override
  public void resume(SavedState state) {
    rate = state.getDouble("plateau.rate");
    best = state.getDouble("plateau.best");
    bad = state.getLong("plateau.bad");
  }
}
