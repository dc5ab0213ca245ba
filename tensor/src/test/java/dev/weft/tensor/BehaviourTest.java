package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.ops.CrossEntropy;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// The numbers that ops promise.
class BehaviourTest extends OnReference {
  private Tensor random(long seed, int... dims) {
    var random = new Philox(seed, Philox.Purpose.INITIALISATION, 0, 0);
    Shape shape = Shape.of(dims);
    return Tensor.of(device, shape, Values.UNIFORM.draw(random, (int) shape.size()));
  }

  @Test
  @DisplayName("S2-08: an outer product has the axes of both and every product of two elements")
  void anOuterProductHoldsEveryProductOfTwoElements() {
    try (Scope _ = new Scope()) {
      Tensor a = random(1, 2, 3, 4);
      Tensor b = random(2, 3, 2, 2);
      Tensor product = Ops.outer(a, b);
      assertEquals(Shape.of(2, 3, 4, 3, 2, 2), product.shape());
      float[] left = a.toFloats();
      float[] right = b.toFloats();
      float[] both = product.toFloats();
      for (int i = 0; i < left.length; i++) {
        for (int j = 0; j < right.length; j++) {
          assertEquals(left[i] * right[j], both[i * right.length + j]);
        }
      }
    }
  }

  @Test
  @DisplayName("S0-07: the loss of a softmax head equals the loss of its logits within 1e-6")
  void lossOfProbabilitiesEqualsLossOfLogits() {
    try (Scope _ = new Scope()) {
      Tensor logits = random(3, 8, 11).mul(6);
      Tensor targets = Tensor.ids(device, Shape.of(8), 0, 1, 2, 3, 10, 10, 5, 7);
      double fromLogits = Ops.crossEntropy(logits, targets).item();
      double fromSoftmax = Ops.crossEntropyOfProbabilities(logits.softmax(), targets).item();
      double fromLogSoftmax = Ops.nll(Ops.logSoftmax(logits), targets).item();
      assertEquals(fromLogits, fromSoftmax, 1e-6);
      assertEquals(fromLogits, fromLogSoftmax, 1e-6);
    }
  }

  @Test
  @DisplayName("S0-16: a masked loss is the mean over the real tokens only")
  void ignoredTargetsDoNotCount() {
    try (Scope _ = new Scope()) {
      Tensor logits = random(4, 2, 3, 5);
      Tensor targets = Tensor.ids(device, Shape.of(2, 3), 1, 4, -100, 0, -100, -100);
      double masked = Ops.crossEntropy(logits, targets).item();
      Tensor real = logits.reshape(6, 5).slice(0, 0, 2);
      Tensor fourth = logits.reshape(6, 5).slice(0, 3, 4);
      Tensor kept = Ops.concat(0, real, fourth);
      double alone = Ops.crossEntropy(kept, Tensor.ids(device, Shape.of(3), 1, 4, 0)).item();
      assertEquals(alone, masked, 1e-7);
    }
  }

  @Test
  @DisplayName("S0-16: a batch in which everything is masked throws")
  void aLossWithoutAnyTargetThrows() {
    try (Scope _ = new Scope()) {
      Tensor logits = random(4, 2, 5);
      Tensor targets = Tensor.ids(device, Shape.of(2), -100, -100);
      var error =
          assertThrows(IllegalArgumentException.class, () -> Ops.crossEntropy(logits, targets));
      assertTrue(error.getMessage().contains("all are ignored"), error.getMessage());
    }
  }

  @Test
  @DisplayName("S0-16: the gradient of an ignored row is exactly 0")
  void ignoredRowsGetNoGradient() {
    try (Tape tape = new Tape()) {
      Tensor logits = tape.watch(random(5, 2, 3));
      tape.backward(Ops.crossEntropy(logits, Tensor.ids(device, Shape.of(2), 1, -100)));
      float[] gradient = tape.grad(logits).toFloats();
      assertTrue(gradient[1] < 0);
      assertArrayEquals(new float[] {0, 0, 0}, java.util.Arrays.copyOfRange(gradient, 3, 6));
    }
  }

  @Test
  void aTargetOutOfRangeThrowsWithItsPlace() {
    try (Scope _ = new Scope()) {
      Tensor logits = random(6, 2, 3);
      Tensor targets = Tensor.ids(device, Shape.of(2), 1, 3);
      var error =
          assertThrows(IllegalArgumentException.class, () -> Ops.crossEntropy(logits, targets));
      assertTrue(error.getMessage().contains("id 3 at position 1"), error.getMessage());
    }
  }

  @Test
  void smoothingMixesInTheMeanOverAllClasses() {
    try (Scope _ = new Scope()) {
      Tensor logits = random(7, 4, 6);
      Tensor targets = Tensor.ids(device, Shape.of(4), 0, 5, 2, 2);
      var options = new CrossEntropy.Options(-100, null, 0.3);
      double smoothed = Ops.crossEntropy(logits, targets, options).item();
      double hard = Ops.crossEntropy(logits, targets).item();
      double even = -Ops.logSoftmax(logits).mean().item();
      assertEquals(0.7 * hard + 0.3 * even, smoothed, 1e-6);
    }
  }

  @Test
  @DisplayName("S0-37: batch norm by biased variance, running variance unbiased, momentum 0.1")
  void batchNormMeetsItsGolden() {
    try (Scope _ = new Scope()) {
      Tensor x = Tensor.of(device, Shape.of(3, 2), 1f, 10f, 2f, 20f, 3f, 60f);
      Tensor ones = Tensor.full(device, DType.F32, Shape.of(2), 1);
      Tensor zeros = Tensor.zeros(device, DType.F32, Shape.of(2));
      Tensor running = Tensor.of(device, Shape.of(2, 2), 0f, 0f, 1f, 1f);
      float[] y = Ops.batchNorm(x, ones, zeros, running, 0.1, 1e-5).toFloats();
      float[] wanted = {-1.2247357f, -0.92582f, 0, -0.46291004f, 1.2247357f, 1.3887301f};
      assertArrayEquals(wanted, y, 1e-6f);
      assertArrayEquals(new float[] {0.2f, 3, 1, 70.9f}, running.toFloats(), 1e-5f);
    }
  }

  @Test
  @DisplayName("S0-37: evaluation normalises by the running figures")
  void batchNormInferenceUsesTheRunningFigures() {
    try (Scope _ = new Scope()) {
      Tensor x = Tensor.of(device, Shape.of(1, 2), 3f, -1f);
      Tensor w = Tensor.of(device, Shape.of(2), 2f, 1f);
      Tensor b = Tensor.of(device, Shape.of(2), 0.5f, 0f);
      Tensor running = Tensor.of(device, Shape.of(2, 2), 1f, 1f, 4f, 16f);
      float[] y = Ops.batchNormInference(x, w, b, running, 0).toFloats();
      assertArrayEquals(new float[] {2.5f, -0.5f}, y, 1e-6f);
    }
  }

  @Test
  @DisplayName("S0-37: a variance of one row throws")
  void batchNormOfOneRowThrows() {
    try (Scope _ = new Scope()) {
      Tensor x = random(1, 1, 2);
      Tensor w = random(2, 2);
      var error =
          assertThrows(
              IllegalArgumentException.class, () -> Ops.batchNorm(x, w, w, null, 0.1, 1e-5));
      assertTrue(error.getMessage().contains("at least 2 rows"), error.getMessage());
    }
  }

  @Test
  @DisplayName("S0-38: layer norm of [1, 2, 3, 4] with eps 1e-5")
  void layerNormMeetsItsGolden() {
    try (Scope _ = new Scope()) {
      Tensor x = Tensor.of(device, Shape.of(1, 4), 1f, 2f, 3f, 4f);
      Tensor ones = Tensor.full(device, DType.F32, Shape.of(4), 1);
      Tensor zeros = Tensor.zeros(device, DType.F32, Shape.of(4));
      float[] y = Ops.layerNorm(x, ones, zeros, 1e-5).toFloats();
      float[] wanted = {-1.3416354f, -0.4472118f, 0.4472118f, 1.3416354f};
      assertArrayEquals(wanted, y, 2e-7f);
    }
  }

  @Test
  @DisplayName("S0-38: layer norm of a row does not depend on the rows beside it")
  void layerNormIsIndependentOfBatchAndLength() {
    try (Scope _ = new Scope()) {
      Tensor x = random(8, 5, 3, 19);
      Tensor w = random(9, 19);
      Tensor b = random(10, 19);
      Tensor together = Ops.layerNorm(x, w, b, 1e-5);
      Tensor alone = Ops.layerNorm(x.slice(0, 3, 4).slice(1, 1, 2), w, b, 1e-5);
      float[] part = together.slice(0, 3, 4).slice(1, 1, 2).toFloats();
      assertArrayEquals(part, alone.toFloats());
    }
  }

  @Test
  @DisplayName("T22: GPT-2's activation is GELU by tanh, which differs from GELU by erf")
  void geluIsTheOneByTanh() {
    double[] x = {-3, -1, -0.5, 0, 0.5, 1, 3};
    double[] golden = {
      -0.0036373920817729943,
      -0.1588080093917233,
      -0.15428599017485606,
      0,
      0.34571400982514394,
      0.8411919906082768,
      2.996362607918227
    };
    try (Scope _ = new Scope()) {
      double[] wide = Ops.gelu(Tensor.of(device, Shape.of(7), x)).toDoubles();
      assertArrayEquals(golden, wide, 1e-15);
      Tensor narrow = Tensor.of(device, Shape.of(7), x).cast(DType.F32);
      assertArrayEquals(golden, Ops.gelu(narrow).toDoubles(), 3e-7);
      double byErf = Ops.unary(Unary.GELU_ERF, narrow).toDoubles()[0];
      assertTrue(Math.abs(byErf - golden[0]) > 1e-4, "erf and tanh must not be mixed up");
    }
  }

  @Test
  @DisplayName("S0-10: dropout keeps the mean, and the same seed draws the same mask")
  void dropoutScalesWhatItKeeps() {
    try (Scope _ = new Scope()) {
      Tensor ones = Tensor.full(device, DType.F32, Shape.of(100, 100), 1);
      float[] first = Ops.dropout(ones, 0.25, 5, 0, 0).toFloats();
      int kept = 0;
      for (float value : first) {
        assertTrue(value == 0 || value == (float) (1 / 0.75));
        kept += value == 0 ? 0 : 1;
      }
      assertEquals(0.75, kept / 10_000.0, 0.02);
      assertArrayEquals(first, Ops.dropout(ones, 0.25, 5, 0, 0).toFloats());
      float[] nextStep = Ops.dropout(ones, 0.25, 5, 1, 0).toFloats();
      assertTrue(java.util.Arrays.mismatch(first, nextStep) >= 0);
    }
  }

  @Test
  void typesAndDevicesAreNeverMixedSilently() {
    try (Scope _ = new Scope()) {
      Tensor single = random(1, 3);
      Tensor wide = single.cast(DType.F64);
      var types = assertThrows(IllegalArgumentException.class, () -> single.add(wide));
      assertTrue(types.getMessage().contains("F32 and F64"), types.getMessage());
      Tensor elsewhere = Tensor.zeros(new ReferenceDevice(), DType.F32, Shape.of(3));
      assertThrows(IllegalArgumentException.class, () -> single.add(elsewhere));
      Tensor halves = single.cast(DType.BF16);
      var halfType = assertThrows(IllegalArgumentException.class, () -> halves.mul(2));
      assertTrue(halfType.getMessage().contains("does not compute"), halfType.getMessage());
    }
  }

  @Test
  void classWeightsAreAConstant() {
    try (Tape tape = new Tape()) {
      Tensor logits = tape.watch(random(3, 2, 3));
      Tensor weights = tape.watch(Tensor.of(device, Shape.of(3), 1f, 2f, 3f));
      Tensor targets = Tensor.ids(device, Shape.of(2), 2, 0);
      var options = new CrossEntropy.Options(-100, weights, 0);
      tape.backward(Ops.crossEntropy(logits, targets, options));
      assertThrows(IllegalStateException.class, () -> tape.grad(weights));
      double[] tracked = tape.grad(logits).toDoubles();
      double[] constant = gradient(logits.detach(), targets, weights.detach());
      assertArrayEquals(constant, tracked);
    }
  }

  private double[] gradient(Tensor logits, Tensor targets, Tensor weights) {
    try (Tape tape = new Tape()) {
      Tensor leaf = tape.watch(logits);
      tape.backward(Ops.crossEntropy(leaf, targets, new CrossEntropy.Options(-100, weights, 0)));
      return tape.grad(leaf).toDoubles();
    }
  }

  @Test
  void aStalePackRefusesToBeUsed() {
    try (var parameters = new ParameterSet("model", device, DType.F32);
        Scope scope = Scope.noGrad()) {
      Parameter w = parameters.add("w", Shape.of(3, 2), Initializer.ONES);
      parameters.allocate(1);
      Weight pack = Weight.pack(w.tensor(), DType.F32, scope);
      Tensor x = random(1, 1, 3);
      Ops.linear(x, pack, null, Activation.NONE, null);
      parameters.changed();
      var error =
          assertThrows(
              IllegalStateException.class, () -> Ops.linear(x, pack, null, Activation.NONE, null));
      assertTrue(error.getMessage().contains("pack again"), error.getMessage());
    }
  }
}
