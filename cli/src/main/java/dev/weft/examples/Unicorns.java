package dev.weft.examples;

import dev.weft.decoding.Sampling;
import dev.weft.decoding.SamplingOptions;

/// The prompt that made GPT-2 famous (Radford et al., 2019), with the paper's top-k of 40.
final class Unicorns {
  static final String PROMPT =
      "In a shocking finding, scientist discovered a herd of unicorns living in a remote, previously"
          + " unexplored valley, in the Andes Mountains. Even more surprising to the researchers was"
          + " the fact that the unicorns spoke perfect English.";

  static final SamplingOptions OPTIONS =
      SamplingOptions.DEFAULT.withTemperature(0.7).withTopK(40).withMaxTokensGenerated(64);

  private Unicorns() {}

  static void run(Setting setting) {
    String text =
        Sampling.sampleTokensWithCache(setting.model(), setting.tokenizer(), PROMPT, OPTIONS);
    setting.out().println(Sampling.repr(text));
  }
}
