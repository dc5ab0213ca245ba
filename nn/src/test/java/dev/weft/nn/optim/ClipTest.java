package dev.weft.nn.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.nn.Golden;
import dev.weft.nn.OnDevices;
import dev.weft.tensor.Initializer;
import dev.weft.tensor.Parameter;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Shape;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ClipTest extends OnDevices {
  @Test
  @DisplayName(
      "S0-39: the norm is over all parameters, returned as it was, and brought down to max")
  void normOverAllParametersIsClipped() {
    try (ParameterSet set = parameters()) {
      Parameter a = set.add("a", Shape.of(1, 1), Initializer.ONES);
      Parameter b = set.add("b", Shape.of(1), Initializer.ONES);
      set.allocate(0);
      a.gradient().set(3f);
      b.gradient().set(4f);
      JsonNode golden = Golden.get("clip_[3,4]_max1_torch");
      assertEquals(golden.get(0).asDouble(), Clip.globalNorm(set, 1));
      double[] clipped = {a.gradient().item(), b.gradient().item()};
      Golden.assertClose("clipped", Golden.numbers(golden.get(1)), clipped, 1e-7, 0);
    }
  }

  @Test
  @DisplayName("S0-39: below the limit every bit stays")
  void belowTheLimitNothingChanges() {
    try (ParameterSet set = parameters()) {
      Parameter a = set.add("a", Shape.of(3), Initializer.ONES);
      set.allocate(0);
      float[] gradient = {0.7f, -0.0f, 0x1p-149f};
      a.gradient().set(gradient);
      Clip.globalNorm(set, 1);
      float[] after = a.gradient().toFloats();
      for (int i = 0; i < gradient.length; i++) {
        assertEquals(
            Float.floatToRawIntBits(gradient[i]), Float.floatToRawIntBits(after[i]), "bits");
      }
    }
  }

  @Test
  @DisplayName("S0-40: clipping by value moves each gradient to the limit")
  void valuesAreClipped() {
    try (ParameterSet set = parameters()) {
      Parameter a = set.add("a", Shape.of(3), Initializer.ONES);
      set.allocate(0);
      a.gradient().set(-0.5f, 2, -7);
      Clip.value(set, 1);
      assertArrayEquals(new float[] {-0.5f, 1, -1}, a.gradient().toFloats());
    }
  }

  @Test
  @DisplayName("S0-41: NaN and infinite gradients throw with the parameter's name")
  void badGradientsThrow() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      try (ParameterSet set = parameters()) {
        set.add("a", Shape.of(2, 2), Initializer.ONES);
        Parameter b = set.add("b", Shape.of(3), Initializer.ONES);
        Parameter c = set.add("c", Shape.of(3), Initializer.ONES);
        set.allocate(0);
        b.gradient().set(1, bad, 1);
        c.gradient().set(1, bad, 1);
        var error = assertThrows(IllegalStateException.class, () -> Clip.globalNorm(set, 1));
        assertTrue(error.getMessage().contains("gradient of b (3) holds"), error.getMessage());
        assertThrows(IllegalStateException.class, () -> Clip.value(set, 1));
        assertEquals(1f, b.gradient().toFloats()[0], "nothing was changed");
      }
    }
  }

  @Test
  void hugeButFiniteGradientsAreClipped() {
    try (ParameterSet set = parameters()) {
      Parameter a = set.add("a", Shape.of(2), Initializer.ONES);
      set.allocate(0);
      a.gradient().set(3e30f, 4e30f);
      assertEquals(5e30, Clip.globalNorm(set, 1), 1e24);
      Golden.assertClose("clipped", new double[] {0.6, 0.8}, a.gradient().toDoubles(), 1e-6, 0);
    }
  }

  @Test
  void limitsMustBeAboveZero() {
    try (ParameterSet set = parameters()) {
      set.add("a", Shape.of(2), Initializer.ONES);
      set.allocate(0);
      assertThrows(IllegalArgumentException.class, () -> Clip.globalNorm(set, 0));
      assertThrows(IllegalArgumentException.class, () -> Clip.value(set, Double.NaN));
    }
  }
}
