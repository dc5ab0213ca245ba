package dev.weft.examples;

import dev.weft.decoding.Sampling;
import dev.weft.decoding.SamplingOptions;

/// Top-p keeps as many tokens as the model's doubt asks for: few where the next word is plain, many
/// where it isn't (Holtzman et al., "The curious case of neural text degeneration", 2020).
final class Nucleus {
  static final String PROMPT =
      "Eliezer Shlomo Yudkowsky (born September 11, 1979) is an American decision and artificial"
          + " intelligence (AI) theorist and writer, best known for";

  static final SamplingOptions OPTIONS =
      SamplingOptions.DEFAULT.withTemperature(0.7).withTopP(0.95).withMaxTokensGenerated(64);

  private Nucleus() {}

  static void run(Setting setting) {
    String text =
        Sampling.sampleTokensWithCache(setting.model(), setting.tokenizer(), PROMPT, OPTIONS);
    setting.out().println(Sampling.repr(text));
  }
}
