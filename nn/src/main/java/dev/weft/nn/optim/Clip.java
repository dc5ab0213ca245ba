package dev.weft.nn.optim;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Tensor;

/// Limits gradients before an optimizer's step. NaN and infinities throw, naming the first
/// parameter that has one: they never spread.
public final class Clip {
  private static final double EPS = 1e-6;

  private Clip() {}

  /// Scales all gradients by max / (norm + 1e-6) where that is below 1, else leaves every bit as it
  /// is; PyTorch's rule. Pascanu, Mikolov and Bengio, 2013.
  ///
  /// @param max above 0
  /// @return the norm over all parameters before the clip
  public static double globalNorm(ParameterSet parameters, double max) {
    if (!(max > 0)) {
      throw new IllegalArgumentException("clip: the largest norm must be above 0 but is " + max);
    }
    double norm = norm(parameters);
    double factor = max / (norm + EPS);
    if (factor < 1) {
      Tensor gradients = parameters.gradients();
      gradients.kernels().affine(Grad.into(gradients), gradients, factor, 0);
    }
    return norm;
  }

  /// Moves every gradient into [−limit, limit].
  ///
  /// @return the norm over all parameters before the clip
  public static double value(ParameterSet parameters, double limit) {
    if (!(limit > 0)) {
      throw new IllegalArgumentException("clip: the limit must be above 0 but is " + limit);
    }
    double norm = norm(parameters);
    Tensor gradients = parameters.gradients();
    gradients.kernels().clamp(gradients, limit);
    return norm;
  }

  /// √Σg² over all parameters; throws when a gradient is NaN or infinite.
  public static double norm(ParameterSet parameters) {
    Tensor gradients = parameters.gradients();
    double sum = gradients.kernels().sumOfSquares(gradients);
    if (sum < Double.POSITIVE_INFINITY) {
      return Math.sqrt(sum);
    }
    // Either some gradient isn't finite, or the squares of finite ones are too large for F32.
    double wide = 0;
    for (Parameter parameter : parameters.all()) {
      if (parameter.kind() != Parameter.Kind.BUFFER) {
        for (double value : parameter.gradient().toDoubles()) {
          if (!Double.isFinite(value)) {
            throw new NotFiniteException(
                "clip: the gradient of "
                    + parameter
                    + " holds "
                    + value
                    + "; lower the learning rate, or look for a division by 0 or a log of 0");
          }
          wide += value * value;
        }
      }
    }
    return Math.sqrt(wide);
  }
}
