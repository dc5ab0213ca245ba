package dev.weft.examples;

import dev.weft.decoding.Sampling;
import dev.weft.tensor.Philox;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;

/// The samplers without a model: temperature, top-k and top-p each draw an index by 50 random
/// logits, and a temperature changes three probabilities before a draw by them.
final class Samplers {
  private static final long SEED = 1;
  private static final String[] ANIMALS = {"cat", "dog", "frog"};
  private static final double[] PROBABILITIES = {0.7, 0.1, 0.2};

  private Samplers() {}

  static void run(Setting setting) {
    PrintWriter out = setting.out();
    Philox random = new Philox(SEED, Philox.Purpose.TOKEN, 0, 0);
    float[] logits = new float[50];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) random.nextNormal();
    }
    float[] warm = Sampling.applyTemperature(logits, 0.8);
    out.println("temperature 0.8: index " + Sampling.sampleBasic(warm, random));
    out.println("top-k 10: index " + Sampling.sampleTopK(logits, 10, random));
    out.println("top-p 0.9: index " + Sampling.sampleTopP(logits, 0.9, random));
    for (double temperature : new double[] {0, 0.5, 1, 2}) {
      double[] changed = Sampling.applyTemperature(PROBABILITIES, temperature);
      int drawn = Sampling.sample(PROBABILITIES, temperature, random);
      out.printf("%s at temperature %s:", String.join(", ", ANIMALS), temperature);
      Arrays.stream(changed).forEach(p -> out.printf(Locale.ROOT, " %.4f", p));
      out.println(" -> " + ANIMALS[drawn]);
    }
  }
}
