package dev.weft.tensor;

/// A sum in sixteen lanes and a fixed tree, as [Kernels] defines it: the same at every vector
/// width.
final class Lanes {
  private static final int COUNT = 16;

  private final Real r;
  private final double[] lane = new double[COUNT];

  Lanes(Real r) {
    this.r = r;
  }

  /// Adds value number i.
  void add(long i, double value) {
    int j = (int) (i % COUNT);
    lane[j] = r.add(lane[j], value);
  }

  /// Adds product number i, fused.
  void add(long i, double a, double b) {
    int j = (int) (i % COUNT);
    lane[j] = r.fma(a, b, lane[j]);
  }

  /// The sum; no more values may follow.
  double sum() {
    for (int width = COUNT / 2; width > 0; width /= 2) {
      for (int j = 0; j < width; j++) {
        lane[j] = r.add(lane[j], lane[j + width]);
      }
    }
    return lane[0];
  }
}
