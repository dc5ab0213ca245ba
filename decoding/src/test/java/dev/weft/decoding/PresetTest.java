package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What the presets have in common; what each takes from its program is in [PresetVectorsTest].
class PresetTest {
  private static final SamplerSettings EVERYTHING =
      SamplerSettings.DEFAULT
          .temperature(0.7)
          .frequencyPenalty(0.1)
          .presencePenalty(0.2)
          .repetitionPenalty(1.1)
          .topK(40)
          .topP(0.9)
          .minP(0.05)
          .typical(0.8)
          .noRepeatNgram(3)
          .badWords(new int[] {1})
          .allowedWords(1, 2)
          .logitBias(Map.of(1, 2.0))
          .minLength(3, 0)
          .forcedFirst(4)
          .forcedLast(5, 9);

  private static List<String> names(Preset preset) {
    return preset.sampler(EVERYTHING).filters().stream().map(Filter::name).toList();
  }

  @Test
  @DisplayName("T6: the order is an explicit list, and each preset has its program's")
  void orders() {
    List<String> bans =
        List.of(
            "logit bias",
            "no repeated 3-gram",
            "bad words",
            "allowed words",
            "minimum length 3",
            "forced token 4",
            "forced token 5");
    List<String> penalties =
        List.of("repetition penalty 1.1", "frequency penalty 0.1", "presence penalty 0.2");
    String temperature = "temperature 0.7";
    assertEquals(
        joined(
            List.of(
                bans,
                List.of(
                    temperature,
                    "frequency penalty 0.1",
                    "presence penalty 0.2",
                    "repetition penalty 1.1",
                    "top-k 40",
                    "top-p 0.9",
                    "min-p 0.05",
                    "typical 0.8"))),
        names(Preset.SEED));
    assertEquals(
        joined(
            List.of(
                List.of("logit bias"),
                penalties,
                List.of(
                    "no repeated 3-gram",
                    "bad words",
                    "minimum length 3",
                    "allowed words",
                    "forced token 4",
                    "forced token 5",
                    temperature,
                    "top-k 40",
                    "top-p 0.9",
                    "min-p 0.05",
                    "typical 0.8"))),
        names(Preset.HUGGING_FACE));
    assertEquals(
        joined(
            List.of(
                bans,
                penalties,
                List.of("top-k 40", "typical 0.8", "top-p 0.9", "min-p 0.05", temperature))),
        names(Preset.LLAMA_CPP));
    assertEquals(
        joined(
            List.of(
                bans,
                penalties,
                List.of(temperature, "top-k 40", "top-p 0.9", "min-p 0.05", "typical 0.8"))),
        names(Preset.OPENAI));
  }

  private static List<String> joined(Collection<List<String>> parts) {
    return parts.stream().flatMap(List::stream).toList();
  }

  @Test
  @DisplayName("T6: the order shows in the logits")
  void ordersShow() {
    SamplerSettings settings = SamplerSettings.DEFAULT.temperature(2).frequencyPenalty(3);
    History once = Kept.history(new int[] {}, 1);
    float[] eights = {8, 8};
    for (Preset preset : Preset.values()) {
      float[] left =
          Kept.logits(eights, once, preset.sampler(settings).filters().toArray(Filter[]::new));
      float penalised = preset == Preset.SEED ? 8 / 2f - 3 : (8 - 3) / 2f;
      assertArrayEquals(new float[] {4, penalised}, left, preset.name());
    }
  }

  @Test
  @DisplayName("T5: at temperature 0 the seed preset passes over penalties, and says so")
  void seedSkipsPenaltiesAtTemperatureZero() {
    SamplerSettings settings =
        SamplerSettings.DEFAULT
            .temperature(0)
            .frequencyPenalty(9)
            .presencePenalty(9)
            .repetitionPenalty(9)
            .topK(3);
    float[] logits = {1, 5, 4, 3};
    History history = Kept.history(new int[] {}, 1);
    Sampler seed = Preset.SEED.sampler(settings);
    assertArrayEquals(new double[] {0, 1, 0, 0}, seed.distribution(logits, history));
    assertEquals(
        List.of(
            "frequency penalty skipped: temperature 0",
            "presence penalty skipped: temperature 0",
            "repetition penalty skipped: temperature 0",
            "top-k skipped: temperature 0"),
        seed.skipped());
    for (Preset other : List.of(Preset.HUGGING_FACE, Preset.LLAMA_CPP, Preset.OPENAI)) {
      Sampler sampler = other.sampler(settings);
      assertArrayEquals(
          new double[] {0, 0, 1, 0}, sampler.distribution(logits, history), other.name());
    }
    assertEquals(
        List.of("top-k skipped: temperature 0"), Preset.HUGGING_FACE.sampler(settings).skipped());
    assertEquals(List.of(), Preset.LLAMA_CPP.sampler(settings).skipped());
  }

  @Test
  void bansHoldAtTemperatureZero() {
    SamplerSettings settings = SamplerSettings.DEFAULT.temperature(0).badWords(new int[] {1});
    for (Preset preset : Preset.values()) {
      double[] left = preset.sampler(settings).distribution(new float[] {1, 5, 4}, new History());
      assertArrayEquals(new double[] {0, 0, 1}, left, preset.name());
    }
  }

  @Test
  @DisplayName("S1-42: one preset keeps all ties of top-k, the others exactly k")
  void ties() {
    SamplerSettings two = SamplerSettings.DEFAULT.topK(2);
    for (Preset preset : Preset.values()) {
      double[] left = preset.sampler(two).distribution(new float[] {1, 1, 1, 1}, new History());
      double[] wanted =
          preset == Preset.HUGGING_FACE
              ? new double[] {0.25, 0.25, 0.25, 0.25}
              : new double[] {0.5, 0.5, 0, 0};
      assertArrayEquals(wanted, left, preset.name());
    }
  }

  @Test
  void scopesCanBeChosen() {
    SamplerSettings settings = SamplerSettings.DEFAULT.frequencyPenalty(1);
    for (Preset preset : Preset.values()) {
      assertEquals(
          List.of(new FrequencyPenalty(1, preset.penaltyScope())), penalties(preset, settings));
      assertEquals(
          List.of(new FrequencyPenalty(1, PenaltyScope.lastN(3))),
          penalties(preset, settings.penaltyScope(PenaltyScope.lastN(3))));
    }
    assertEquals(PenaltyScope.ALL, Preset.SEED.penaltyScope());
    assertEquals(PenaltyScope.ALL, Preset.HUGGING_FACE.penaltyScope());
    assertEquals(PenaltyScope.lastN(64), Preset.LLAMA_CPP.penaltyScope());
    assertEquals(PenaltyScope.GENERATED, Preset.OPENAI.penaltyScope());
  }

  private static List<Filter> penalties(Preset preset, SamplerSettings settings) {
    return preset.sampler(settings).filters().stream()
        .filter(FrequencyPenalty.class::isInstance)
        .toList();
  }

  @Test
  void defaultsAreThoseOfTheProgram() {
    assertEquals(List.of(new Temperature(1)), filters(Preset.SEED));
    assertEquals(
        List.of(new Temperature(1), new TopK(50, Ties.KEEP_ALL)), filters(Preset.HUGGING_FACE));
    assertEquals(
        List.of(new TopK(40), new TopP(0.95), new MinP(0.05), new Temperature(0.8)),
        filters(Preset.LLAMA_CPP));
    assertEquals(List.of(new Temperature(1), new TopP(1)), filters(Preset.OPENAI));
  }

  private static List<Filter> filters(Preset preset) {
    return preset.sampler(preset.defaults()).filters();
  }

  @Test
  void settingsAreNotChangedByTheirMethods() {
    SamplerSettings one = SamplerSettings.DEFAULT.topK(5);
    one.topK(7).temperature(3);
    assertEquals(List.of(new Temperature(1), new TopK(5)), Preset.SEED.sampler(one).filters());
  }

  @Test
  void theLeastNumberHoldsForEveryCut() {
    SamplerSettings two = SamplerSettings.DEFAULT.minKept(2);
    for (SamplerSettings settings :
        List.of(two.topK(1), two.topP(0.01), two.minP(1), two.typical(0.01))) {
      double[] left =
          Preset.SEED.sampler(settings).distribution(new float[] {0, 9, 5, 1}, new History());
      assertEquals(2, java.util.Arrays.stream(left).filter(p -> p > 0).count());
    }
  }

  @Test
  void senselessValuesAreRefused() {
    SamplerSettings fine = SamplerSettings.DEFAULT;
    for (SamplerSettings bad :
        List.of(
            fine.temperature(-1),
            fine.temperature(Double.NaN),
            fine.topK(-1),
            fine.topP(1.1),
            fine.minP(-0.1),
            fine.typical(2),
            fine.repetitionPenalty(0),
            fine.frequencyPenalty(Double.NaN),
            fine.noRepeatNgram(-1),
            fine.topK(3).minKept(0),
            fine.topK(-1).temperature(0))) {
      assertThrows(IllegalArgumentException.class, () -> Preset.SEED.sampler(bad));
    }
  }
}
