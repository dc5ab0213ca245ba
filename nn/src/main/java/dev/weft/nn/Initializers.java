package dev.weft.nn;

import dev.weft.tensor.Initializer;
import dev.weft.tensor.Shape;
import java.util.Arrays;

/// First values of parameters. For a matrix laid out (out, in), fan-in is `in` and fan-out is
/// `out`, as in PyTorch.
public final class Initializers {
  private Initializers() {}

  /// Every value `value`.
  public static Initializer constant(double value) {
    return (values, shape, random) -> Arrays.fill(values, (float) value);
  }

  /// Normal numbers.
  public static Initializer normal(double mean, double deviation) {
    return (values, shape, random) -> {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (mean + deviation * random.nextNormal());
      }
    };
  }

  /// Evenly in [from, to).
  public static Initializer uniform(double from, double to) {
    return (values, shape, random) -> {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (from + (to - from) * random.nextUniform());
      }
    };
  }

  /// Evenly in ±√(6 / (in + out)). Glorot and Bengio, 2010.
  public static Initializer xavierUniform() {
    return (values, shape, random) -> {
      double bound = Math.sqrt(6.0 / (fanIn(shape) + fanOut(shape)));
      uniform(-bound, bound).fill(values, shape, random);
    };
  }

  /// Normal with deviation √(2 / (in + out)). Glorot and Bengio, 2010.
  public static Initializer xavierNormal() {
    return (values, shape, random) ->
        normal(0, Math.sqrt(2.0 / (fanIn(shape) + fanOut(shape)))).fill(values, shape, random);
  }

  /// Evenly in ±√(6 / in), for layers followed by ReLU. He et al., 2015.
  public static Initializer kaimingUniform() {
    return (values, shape, random) -> {
      double bound = Math.sqrt(6.0 / fanIn(shape));
      uniform(-bound, bound).fill(values, shape, random);
    };
  }

  /// Normal with deviation √(2 / in), for layers followed by ReLU. He et al., 2015.
  public static Initializer kaimingNormal() {
    return (values, shape, random) ->
        normal(0, Math.sqrt(2.0 / fanIn(shape))).fill(values, shape, random);
  }

  /// A random matrix whose rows (or columns, the fewer) are orthonormal. Saxe, McClelland and
  /// Ganguli, 2014.
  public static Initializer orthogonal() {
    return (values, shape, random) -> {
      shape.requireRank(2, "orthogonal", "the parameter");
      int rows = shape.dim(0);
      int columns = shape.dim(1);
      double[][] vectors = new double[Math.min(rows, columns)][Math.max(rows, columns)];
      for (double[] vector : vectors) {
        for (int j = 0; j < vector.length; j++) {
          vector[j] = random.nextNormal();
        }
      }
      orthonormalise(vectors);
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          values[i * columns + j] = (float) (rows <= columns ? vectors[i][j] : vectors[j][i]);
        }
      }
    };
  }

  /// 1 on the diagonal, 0 elsewhere.
  public static Initializer identity() {
    return (values, shape, random) -> {
      shape.requireRank(2, "identity", "the parameter");
      for (int i = 0; i < Math.min(shape.dim(0), shape.dim(1)); i++) {
        values[i * shape.dim(1) + i] = 1;
      }
    };
  }

  /// Gram and Schmidt's process, each vector twice: once leaves an error that grows with the
  /// condition number.
  private static void orthonormalise(double[][] vectors) {
    for (int i = 0; i < vectors.length; i++) {
      double[] vector = vectors[i];
      for (int pass = 0; pass < 2; pass++) {
        for (int k = 0; k < i; k++) {
          double along = dot(vector, vectors[k]);
          for (int j = 0; j < vector.length; j++) {
            vector[j] -= along * vectors[k][j];
          }
        }
        double length = Math.sqrt(dot(vector, vector));
        for (int j = 0; j < vector.length; j++) {
          vector[j] /= length;
        }
      }
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += a[j] * b[j];
    }
    return sum;
  }

  private static long fanIn(Shape shape) {
    requireMatrix(shape);
    return shape.size() / Math.max(1, shape.dim(0));
  }

  private static long fanOut(Shape shape) {
    requireMatrix(shape);
    return shape.size() / Math.max(1, shape.dim(1));
  }

  private static void requireMatrix(Shape shape) {
    if (shape.rank() < 2) {
      throw new IllegalArgumentException(
          "initializer: fan-in needs a rank of at least 2 but the parameter is " + shape);
    }
  }
}
