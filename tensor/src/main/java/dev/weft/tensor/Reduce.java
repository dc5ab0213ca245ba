package dev.weft.tensor;

/// Reductions of a row of n values.
public enum Reduce {
  /// Sum: sixteen lanes and a fixed tree, see [Kernels].
  SUM,
  /// The sum, times 1/n rounded to the tensor's type.
  MEAN,
  /// Largest value; NaN when there is one. The gradient goes to the first arg-max.
  MAX,
  /// Smallest value; NaN when there is one. The gradient goes to the first arg-min.
  MIN,
  /// m + log Σ exp(x − m), m the largest value; m itself where it is infinite.
  LOG_SUM_EXP,
  /// √Σx²; the gradient at 0 is 0.
  NORM
}
