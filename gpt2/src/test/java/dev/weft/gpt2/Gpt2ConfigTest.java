package dev.weft.gpt2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.DType;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Parameter;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class Gpt2ConfigTest {
  @Test
  @DisplayName("S1-89: the published sizes by their parameter counts")
  void parameterCounts() {
    assertEquals(124_439_808L, Gpt2Config.SMALL.parameterCount());
    assertEquals(354_823_168L, Gpt2Config.MEDIUM.parameterCount());
    assertEquals(774_030_080L, Gpt2Config.LARGE.parameterCount());
    assertEquals(1_557_611_200L, Gpt2Config.XL.parameterCount());
  }

  @Test
  void cacheBytes() {
    assertEquals(75_497_472L, Gpt2Config.SMALL.cacheBytes(1024));
    assertEquals(201_326_592L, Gpt2Config.MEDIUM.cacheBytes(1024));
    assertEquals(377_487_360L, Gpt2Config.LARGE.cacheBytes(1024));
    assertEquals(629_145_600L, Gpt2Config.XL.cacheBytes(1024));
  }

  @Test
  void countsWhatTheModelDeclares() {
    for (Gpt2Config config :
        List.of(Gpt2Config.TINY, Gpt2Config.SMALL, new Gpt2Config(11, 5, 6, 3, 2, 1e-5))) {
      try (Gpt2 model = Gpt2.declare(config, Devices.reference(), DType.F32)) {
        assertEquals(config.parameterCount(), model.parameters().count());
      }
    }
    long tiny = Gpt2Config.TINY.parameterCount();
    assertTrue(tiny >= 2_000_000 && tiny <= 4_000_000, "tiny has " + tiny);
  }

  @Test
  void namesAreThoseOfHuggingFace() {
    try (Gpt2 model =
        Gpt2.declare(new Gpt2Config(11, 5, 6, 1, 2, 1e-5), Devices.reference(), DType.F32)) {
      assertEquals(
          List.of(
              "wte.weight (11, 6)",
              "wpe.weight (5, 6)",
              "h.0.ln_1.weight (6)",
              "h.0.ln_1.bias (6)",
              "h.0.attn.c_attn.weight (6, 18)",
              "h.0.attn.c_attn.bias (18)",
              "h.0.attn.c_proj.weight (6, 6)",
              "h.0.attn.c_proj.bias (6)",
              "h.0.ln_2.weight (6)",
              "h.0.ln_2.bias (6)",
              "h.0.mlp.c_fc.weight (6, 24)",
              "h.0.mlp.c_fc.bias (24)",
              "h.0.mlp.c_proj.weight (24, 6)",
              "h.0.mlp.c_proj.bias (6)",
              "ln_f.weight (6)",
              "ln_f.bias (6)"),
          model.parameters().all().stream().map(Parameter::toString).toList());
    }
  }

  @Test
  void flopsPerToken() {
    double products = 2.0 * (12 * 12 * 768.0 * 768 + 50257 * 768.0);
    assertEquals(products, Gpt2Config.SMALL.flopsPerToken(0));
    assertEquals(products + 2 * 12 * 2 * 768.0 * 100, Gpt2Config.SMALL.flopsPerToken(100));
  }

  @Test
  void impossibleSizesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Gpt2Config(11, 5, 7, 1, 2, 1e-5));
    assertThrows(IllegalArgumentException.class, () -> new Gpt2Config(0, 5, 6, 1, 2, 1e-5));
    assertThrows(IllegalArgumentException.class, () -> new Gpt2Config(11, 5, 6, 1, 2, 0));
  }
}
