package dev.weft.examples;

import dev.weft.decoding.Sampling;
import dev.weft.decoding.SamplingOptions;
import java.util.LinkedHashMap;
import java.util.Map;

/// What temperature and frequency penalty do to one prompt: a large penalty forbids repetition, a
/// negative one rewards it; a high temperature wanders, a low one plays safe.
final class SamplingSettings {
  static final String PROMPT = "Jingle bells, jingle bells, jingle all the way";
  static final SamplingOptions BASE = SamplingOptions.DEFAULT.withMaxTokensGenerated(24);

  private SamplingSettings() {}

  static void run(Setting setting) {
    Map<String, SamplingOptions> rows = new LinkedHashMap<>();
    rows.put("frequency penalty 100", BASE.withFreqPenalty(100));
    rows.put("frequency penalty -1", BASE.withFreqPenalty(-1));
    rows.put("temperature 2.0", BASE.withTemperature(2.0));
    rows.put("temperature 0.9", BASE.withTemperature(0.9));
    rows.put("temperature 0.7", BASE.withTemperature(0.7));
    rows.forEach(
        (label, options) -> {
          String text =
              Sampling.sampleTokensWithCache(setting.model(), setting.tokenizer(), PROMPT, options);
          setting.out().printf("%-22s %s%n", label, Sampling.repr(text));
          setting.out().flush();
        });
  }
}
