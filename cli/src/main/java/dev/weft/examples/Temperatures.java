package dev.weft.examples;

import dev.weft.decoding.Continuation;
import dev.weft.decoding.DistinctNgrams;
import dev.weft.decoding.Generator;
import dev.weft.decoding.Sampler;
import dev.weft.decoding.Sampling;
import java.util.List;
import java.util.Locale;

/// One prompt at rising temperatures: more different pairs of tokens (distinct-2), and tokens that
/// the model itself finds less and less likely.
final class Temperatures {
  static final String PROMPT = "The old captain";
  static final double[] VALUES = {0, 0.4, 0.7, 1, 1.4, 2};
  static final int TEXTS = 4;
  private static final int TOKENS = 32;

  private Temperatures() {}

  static void run(Setting setting) {
    int[] prompt = setting.tokenizer().encode(PROMPT);
    setting.out().println("temperature  distinct-2  -log p");
    for (double temperature : VALUES) {
      Generator generator =
          new Generator(Sampler.of(temperature, 0, 0, 0), 1, TOKENS)
              .tokenizer(setting.tokenizer(), false);
      List<Continuation> texts = generator.generate(setting.model(), prompt, TEXTS);
      double distinct = 0;
      double logProbability = 0;
      for (Continuation text : texts) {
        distinct += DistinctNgrams.share(text.generated(), 2) / TEXTS;
        logProbability += text.meanLogProbability() / TEXTS;
      }
      setting
          .out()
          .printf(
              Locale.ROOT,
              "%11.1f  %10.3f  %6.3f  %s%n",
              temperature,
              distinct,
              -logProbability,
              Sampling.repr(texts.get(0).text()));
      setting.out().flush();
    }
  }
}
