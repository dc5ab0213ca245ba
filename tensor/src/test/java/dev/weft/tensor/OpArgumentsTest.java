package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// Arguments that no kernel can compute with are named before one tries.
class OpArgumentsTest extends OnReference {
  private static void assertRefused(String why, Executable call) {
    var error = assertThrows(IllegalArgumentException.class, call);
    assertTrue(error.getMessage().contains(why), error.getMessage());
  }

  @Test
  void scoresOfAttentionAreScaledByNothingNegativeOrInfinite() {
    try (Scope _ = new Scope()) {
      Tensor x = Tensor.zeros(device, DType.F32, Shape.of(1, 2, 1, 4));
      for (double scale : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY, 1e60}) {
        assertRefused("but is " + scale, () -> Ops.attention(x, x, x, null, scale));
      }
    }
  }

  @Test
  void evaluationOfABatchNormNeedsItsRunningFigures() {
    try (Scope _ = Scope.noGrad()) {
      Tensor x = Tensor.zeros(device, DType.F32, Shape.of(2, 3));
      Tensor w = Tensor.zeros(device, DType.F32, Shape.of(3));
      assertRefused("running figures", () -> Ops.batchNormInference(x, w, w, null, 1e-5));
    }
  }

  @Test
  void moreElementsThanAReductionTakesAreCounted() {
    try (Scope _ = new Scope()) {
      Tensor many = Tensor.zeros(device, DType.F32, Shape.of(1, 1)).expand(1 << 16, 1 << 16);
      assertRefused("4294967296 elements of (65536, 65536)", many::sum);
    }
  }

  @Test
  void theOneElementOfEachTypeIsAnItem() {
    try (Scope _ = new Scope()) {
      Tensor three = Tensor.ids(device, Shape.of(), 3);
      for (DType dtype : DType.values()) {
        double item = three.cast(dtype).item();
        assertEquals(dtype == DType.BOOL ? 1 : 3, item, dtype.name());
      }
    }
  }
}
