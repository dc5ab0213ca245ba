package dev.weft.examples;

import dev.weft.decoding.BeamSearch;
import dev.weft.decoding.Sampling;
import dev.weft.decoding.ScoredSequence;
import java.util.Locale;

/// The two best of six beams: their log-probabilities and texts.
final class UniverseBeams {
  static final String PROMPT = "I don't want to rule the universe. I just think";
  static final BeamSearch SEARCH = new BeamSearch(6, 2, 20);

  private UniverseBeams() {}

  static void run(Setting setting) {
    BeamSearch search = SEARCH.endTokens(setting.tokenizer().endOfText());
    int[] prompt = setting.tokenizer().encode(PROMPT);
    for (ScoredSequence found : search.search(setting.model(), prompt)) {
      String text = Sampling.repr(setting.tokenizer().decode(found.ids()));
      setting.out().printf(Locale.ROOT, "%.4f: %s%n", found.score(), text);
    }
  }
}
