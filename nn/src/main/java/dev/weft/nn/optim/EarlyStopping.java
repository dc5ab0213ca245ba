package dev.weft.nn.optim;

import dev.weft.nn.Resumable;
import dev.weft.nn.SavedState;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Owner;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Tensor;

/// Stops a training whose validation loss no longer falls, and keeps a copy of the best weights,
/// buffers included. Prechelt, 1998.
public final class EarlyStopping implements Resumable, AutoCloseable {
  private final ParameterSet parameters;
  private final int patience;
  private final double minDelta;
  private final Owner owner = new Owner("early stopping");
  private final Tensor best;
  private double bestLoss = Double.POSITIVE_INFINITY;
  private long bestCheck = -1;
  private long checks;

  /// Stops at the `patience`-th check in a row that is not below the best loss by more than
  /// `minDelta`.
  public EarlyStopping(ParameterSet parameters, int patience, double minDelta) {
    if (patience < 1 || !(minDelta >= 0)) {
      throw new IllegalArgumentException(
          "early stopping: patience must be at least 1 and minDelta at least 0 but they are "
              + patience
              + " and "
              + minDelta);
    }
    this.parameters = parameters;
    this.patience = patience;
    this.minDelta = minDelta;
    Tensor values = parameters.valuesAndBuffers();
    this.best = owner.empty(values.device(), values.dtype(), values.shape());
    values.kernels().copy(Grad.into(best), values);
  }

  /// Takes the loss of a check into account; a NaN is no gain.
  ///
  /// @return whether to stop
  public boolean observe(double loss) {
    if (loss < bestLoss - minDelta) {
      bestLoss = loss;
      bestCheck = checks;
      Tensor values = parameters.valuesAndBuffers();
      values.kernels().copy(Grad.into(best), values);
    }
    checks++;
    return stopped();
  }

  /// Whether patience has run out.
  public boolean stopped() {
    return checks - 1 - bestCheck >= patience;
  }

  /// The best loss so far; infinite before the first check.
  public double bestLoss() {
    return bestLoss;
  }

  /// Number of the best check, from 0; −1 before there is one.
  public long bestCheck() {
    return bestCheck;
  }

  /// Puts the best weights and buffers back into the parameters.
  public void restore() {
    Tensor values = parameters.valuesAndBuffers();
    values.kernels().copy(Grad.into(values), best);
    parameters.changed();
  }

  /// The kept copy, laid out as [ParameterSet#valuesAndBuffers()]: to save and to load.
  public Tensor best() {
    return best;
  }

  @Override
  public void save(SavedState state) {
    state.put("stopping.bestLoss", bestLoss);
    state.put("stopping.bestCheck", bestCheck);
    state.put("stopping.checks", checks);
  }

  @Override
  public void resume(SavedState state) {
    bestLoss = state.getDouble("stopping.bestLoss");
    bestCheck = state.getLong("stopping.bestCheck");
    checks = state.getLong("stopping.checks");
  }

  @Override
  public void close() {
    owner.close();
  }
}
