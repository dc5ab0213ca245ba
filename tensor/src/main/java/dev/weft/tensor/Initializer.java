package dev.weft.tensor;

/// Fills a new parameter's values, row-major.
@FunctionalInterface
public interface Initializer {
  /// All zeros.
  Initializer ZEROS = (values, shape, random) -> {};

  /// All ones.
  Initializer ONES = (values, shape, random) -> java.util.Arrays.fill(values, 1f);

  /// Writes every value; `values` arrives as zeros. `random` is the parameter's own stream.
  void fill(float[] values, Shape shape, Philox random);
}
