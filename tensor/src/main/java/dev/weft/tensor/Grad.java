package dev.weft.tensor;

/// Where a backward kernel writes a gradient: the target, and whether to add to what stands there.
/// An absent gradient is `null`: nobody wants it.
///
/// @param tensor the target, of the same shape as the value it belongs to
/// @param accumulate false: overwrite (the old content is undefined); true: add
public record Grad(Tensor tensor, boolean accumulate) {
  /// Overwrites `tensor`.
  public static Grad into(Tensor tensor) {
    return new Grad(tensor, false);
  }

  /// 0 to overwrite, 1 to add: the beta of a matrix product.
  public float beta() {
    return accumulate ? 1f : 0f;
  }
}
