package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.tensor.Philox;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Each preset against its program's own figures: Hugging Face's
/// `tests/generation/test_logits_process.py`, llama.cpp's `tests/test-sampling.cpp`, and the
/// formula in the documentation of OpenAI's interface.
class PresetVectorsTest {
  private static final SamplerSettings OFF = SamplerSettings.DEFAULT;
  private static final double[] ONE_TO_FOUR = {0.1, 0.2, 0.3, 0.4};

  private static double[] distribution(
      Preset preset, SamplerSettings settings, History history, double... probabilities) {
    return preset.sampler(settings).distribution(Draws.logs(0, probabilities), history);
  }

  private static void assertHuggingFace(
      double[] wanted, SamplerSettings settings, double... probabilities) {
    double[] got = distribution(Preset.HUGGING_FACE, settings, new History(), probabilities);
    double sum = Arrays.stream(wanted).sum(); // there the cut ones are left unnormalised
    assertArrayEquals(Arrays.stream(wanted).map(p -> p / sum).toArray(), got, 1e-3);
  }

  @Test
  void huggingFaceCuts() {
    double[] ramp = new double[10];
    Arrays.setAll(ramp, i -> StrictMath.exp(i));
    double[] topThree = ramp.clone();
    Arrays.fill(topThree, 0, 7, 0);
    assertHuggingFace(topThree, OFF.topK(3), ramp);
    assertHuggingFace(new double[] {0.3, 0, 0, 0.5}, OFF.topP(0.8), 0.3, 0.1, 0.1, 0.5);
    assertHuggingFace(new double[] {0, 0.3, 0.3, 0.25}, OFF.topP(0.8), 0.15, 0.3, 0.3, 0.25);
    assertHuggingFace(new double[] {0.9, 0, 0.047, 0}, OFF.minP(0.05), 0.9, 0.0274, 0.047, 0.0274);
    assertHuggingFace(new double[] {0.97, 0, 0, 0}, OFF.typical(0.5), 0.97, 0.01, 0.01, 0.01);
    assertHuggingFace(new double[] {0, 0.2, 0.2, 0.2}, OFF.typical(0.5), 0.4, 0.2, 0.2, 0.2);
  }

  private static void assertLlama(
      double[] wanted, SamplerSettings settings, History history, double... probabilities) {
    assertArrayEquals(
        wanted, distribution(Preset.LLAMA_CPP, settings, history, probabilities), 1e-5);
  }

  @Test
  void llamaCuts() {
    History none = new History();
    double[] best = {0, 0, 0, 1};
    double[] three = {0, 0.22222, 0.33333, 0.44444};
    assertLlama(ONE_TO_FOUR, OFF.temperature(1), none, ONE_TO_FOUR);
    assertLlama(best, OFF.temperature(0), none, ONE_TO_FOUR);
    assertLlama(best, OFF.topK(1), none, ONE_TO_FOUR);
    assertLlama(three, OFF.topK(3), none, ONE_TO_FOUR);
    assertLlama(ONE_TO_FOUR, OFF.topK(4), none, ONE_TO_FOUR);
    assertLlama(ONE_TO_FOUR, OFF.topK(0), none, ONE_TO_FOUR);
    assertLlama(new double[] {0, 0, 0.428571, 0.571429}, OFF.topP(0.7), none, ONE_TO_FOUR);
    assertLlama(three, OFF.topP(0.8), none, ONE_TO_FOUR);
    assertLlama(ONE_TO_FOUR, OFF.topP(1), none, ONE_TO_FOUR);
    assertLlama(new double[] {1, 0, 0, 0}, OFF.typical(0.5), none, 0.97, 0.01, 0.01, 0.01);
    double third = 1 / 3.0;
    assertLlama(new double[] {0, third, third, third}, OFF.typical(0.5), none, 0.4, 0.2, 0.2, 0.2);
  }

  @Test
  void llamaPenalties() {
    double[] even = {0.2, 0.2, 0.2, 0.2, 0.2};
    SamplerSettings repetition = OFF.repetitionPenalty(50);
    History once = new History(0);
    History three = new History(0, 1, 2);
    History more = new History(0, 1, 2, 0, 0);
    assertLlama(new double[] {0, 0.25, 0.25, 0.25, 0.25}, repetition, once, even);
    assertLlama(new double[] {0, 0, 0, 0.5, 0.5}, repetition, three, even);
    assertLlama(new double[] {0, 0, 0, 0.5, 0.5}, repetition, more, even);
    SamplerSettings others = OFF.frequencyPenalty(5).presencePenalty(5);
    double rest = 0.249997;
    assertLlama(new double[] {0.000011, rest, rest, rest, rest}, others, once, even);
    double cut = 0.000023;
    assertLlama(new double[] {cut, cut, cut, 0.499966, 0.499966}, others, three, even);
    assertLlama(new double[] {0, cut, cut, 0.499977, 0.499977}, others, more, even);
  }

  /// Weights 0, 1 … 9,999: what each chain of cuts keeps can be counted in whole numbers.
  @Test
  void llamaChainsOfCuts() {
    double[] weights = new double[10000];
    Arrays.setAll(weights, i -> i);
    float[] logits = Draws.logs(0, weights);
    for (String chain :
        new String[] {"k", "p", "m", "kp", "km", "pk", "pm", "mk", "mp", "kpm", "mpk", "pmk"}) {
      Filter[] filters = new Filter[chain.length()];
      int least = 0; // the kept are least … 9,999
      for (int i = 0; i < filters.length; i++) {
        switch (chain.charAt(i)) {
          case 'k' -> {
            filters[i] = new TopK(100);
            least = Math.max(least, 10000 - 100);
          }
          case 'p' -> {
            filters[i] = new TopP(0.8);
            long total = 9999L * 10000 / 2 - (least - 1L) * least / 2;
            int last = 10000;
            for (long held = 0; 5 * held < 4 * total; held += last) {
              last--;
            }
            least = last;
          }
          default -> {
            filters[i] = new MinP(0.1);
            least = Math.max(least, 1000);
          }
        }
      }
      int[] kept = Kept.ids(logits, filters);
      assertEquals(10000 - least, kept.length, chain);
      assertEquals(least, kept[0], chain);
    }
  }

  @Test
  void openAiFormula() {
    Philox random = Draws.stream(8);
    Map<Integer, Double> bias = new TreeMap<>(Map.of(3, 1.5, 7, -2.25));
    Sampler sampler =
        Preset.OPENAI.sampler(
            OFF.frequencyPenalty(0.5).presencePenalty(0.75).logitBias(bias).temperature(0.5));
    float[] logits = Draws.random(4, 20, 2);
    History history = new History(1, 1, 2); // which doesn't count
    int[] c = new int[20];
    for (int step = 0; step < 30; step++) {
      double[] wanted = new double[20];
      for (int j = 0; j < 20; j++) {
        double mu = logits[j] + bias.getOrDefault(j, 0.0);
        mu += -c[j] * 0.5 - (c[j] > 0 ? 1 : 0) * 0.75;
        wanted[j] = StrictMath.exp(mu / 0.5);
      }
      double total = Arrays.stream(wanted).sum();
      double[] normalised = Arrays.stream(wanted).map(w -> w / total).toArray();
      assertArrayEquals(normalised, sampler.distribution(logits, history), 1e-6, "step " + step);
      int id = (int) (random.nextUniform() * 20);
      history.append(id);
      c[id]++;
    }
  }
}
