package dev.weft.examples;

import dev.weft.tensor.Ops;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.Arrays;

/// Every element of one tensor times every element of another: A (2, 3, 4) and B (4, 3, 2) give
/// C (2, 3, 4, 4, 3, 2) with C\[a, b, c, i, j, k\] = A\[a, b, c\] · B\[i, j, k\].
final class OuterProduct {
  private OuterProduct() {}

  static void run(Setting setting) {
    try (Scope _ = new Scope()) {
      Tensor a = Tensor.of(setting.device(), Shape.of(2, 3, 4), counting(24, 1f));
      Tensor b = Tensor.of(setting.device(), Shape.of(4, 3, 2), counting(24, 0.5f));
      Tensor c = Ops.outer(a, b);
      setting.out().println("A " + a.shape() + " x B " + b.shape() + " = C " + c.shape());
      float[] values = c.toFloats();
      int[][] places = {{0, 0, 0, 0, 0, 0}, {1, 0, 2, 3, 1, 0}, {1, 2, 3, 3, 2, 1}};
      for (int[] p : places) {
        int left = (p[0] * 3 + p[1]) * 4 + p[2];
        int right = (p[3] * 3 + p[4]) * 2 + p[5];
        setting
            .out()
            .printf(
                "C%s = %s = %s * %s%n",
                Arrays.toString(p), values[left * 24 + right], left + 1f, 0.5f * (right + 1));
      }
    }
  }

  private static float[] counting(int n, float step) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = step * (i + 1);
    }
    return values;
  }
}
