package dev.weft.decoding;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// Hears of each step of a beam search.
@FunctionalInterface
public interface BeamListener {
  /// Hears nothing.
  BeamListener NONE = (step, live) -> {};

  /// After step `step`, from 1: the beams that are live now, by descending log-probability; none
  /// when all have finished.
  void step(int step, List<ScoredSequence> live);

  /// Passes on one line for each live beam, such as `-1.284 " it"`: its log-probability and what it
  /// has generated.
  static BeamListener lines(Tokenizer tokenizer, Consumer<String> line) {
    return (step, live) -> {
      for (ScoredSequence beam : live) {
        String text = Sampling.repr(tokenizer.decode(beam.generated()));
        line.accept(String.format(Locale.ROOT, "%.3f %s", beam.logProbability(), text));
      }
    };
  }
}
