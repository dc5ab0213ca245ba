package dev.weft.gpt2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.decoding.Candidates;
import dev.weft.decoding.Chooser;
import dev.weft.decoding.Continuation;
import dev.weft.decoding.FrequencyPenalty;
import dev.weft.decoding.Generator;
import dev.weft.decoding.History;
import dev.weft.decoding.Sampler;
import dev.weft.decoding.Sampling;
import dev.weft.decoding.Temperature;
import dev.weft.decoding.TopP;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// The long prompts with the published vocabulary and random weights.
class PromptsTest {
  private static final Gpt2Config CONFIG = new Gpt2Config(50257, 128, 12, 1, 2, 1e-5);
  private final Device device = Devices.best();
  private final Gpt2Tokenizer tokenizer = Gpt2Tokenizer.published();

  @Test
  @DisplayName("S1-43: on the unicorn prompt every drawn token is among the 40 best")
  void unicorns() {
    int[] prompt = tokenizer.encode(Gpt2TokenizerTest.UNICORN);
    assertEquals(45, prompt.length);
    try (Gpt2Inference model = SmallModel.inference(device, CONFIG, DType.F32)) {
      Generator generator = new Generator(Sampler.of(0.7, 0, 40, 0), 1, 64);
      Continuation c = generator.generate(model, prompt);
      assertEquals(64, c.generated().length);
      for (int n = 45; n < c.ids().length; n += 9) {
        float[] logits;
        try (Scope _ = new Scope()) {
          logits = model.logits(new int[][] {Arrays.copyOf(c.ids(), n)}).toFloats();
        }
        int better = 0;
        for (float logit : logits) {
          better += logit > logits[c.ids()[n]] ? 1 : 0;
        }
        assertTrue(better < 40, "rank " + better);
      }
    }
  }

  @Test
  @DisplayName("S1-54: on the theorist's prompt the kept mass reaches p at each step")
  void keptMass() {
    int[] prompt = tokenizer.encode(Gpt2TokenizerTest.YUDKOWSKY);
    assertEquals(34, prompt.length);
    List<Double> masses = new ArrayList<>();
    double[] total = new double[1];
    Sampler sampler =
        new Sampler(
            List.of(
                new Temperature(0.7),
                (candidates, history) -> total[0] = mass(candidates),
                new TopP(0.95),
                (candidates, history) -> masses.add(mass(candidates) / total[0])),
            Chooser.CATEGORICAL);
    try (Gpt2Inference model = SmallModel.inference(device, CONFIG, DType.F32)) {
      new Generator(sampler, 1, 64).generate(model, prompt);
    }
    assertEquals(64, masses.size());
    for (double mass : masses) {
      assertTrue(mass >= 0.95 - 1e-12 && mass < 1, "mass " + mass);
    }
  }

  private static double mass(Candidates candidates) {
    double sum = 0;
    for (int i = 0; i < candidates.size(); i++) {
      sum += StrictMath.exp(candidates.logit(i));
    }
    return sum;
  }

  @Test
  @DisplayName("S1-31: the penalty counts the words of the repeated prompt")
  void penaltyOfThePrompt() {
    float[] logits = new float[tokenizer.vocabularySize()];
    Arrays.fill(logits, 1);
    int[] prompt = tokenizer.encode(Gpt2TokenizerTest.BIEBER);
    float[] penalised = Sampling.apply(new FrequencyPenalty(2), logits, new History(prompt));
    int baby = tokenizer.encode(" baby")[0];
    int upper = tokenizer.encode(" Baby")[0];
    assertArrayEquals(new float[] {-11, -5}, new float[] {penalised[baby], penalised[upper]});
  }
}
