package dev.weft.decoding;

import java.util.ArrayList;
import java.util.List;

/// From logits to the next id: filters in the order of the list, then the choice.
///
/// @param filters applied first to last
/// @param chooser picks from what is left
public record Sampler(List<Filter> filters, Chooser chooser) {
  /// The most likely token, unfiltered.
  public static final Sampler GREEDY = new Sampler(List.of(), Chooser.GREEDY);

  public Sampler {
    filters = List.copyOf(filters);
  }

  /// Temperature, frequency penalty, top-k, top-p, in this order, then a draw. 0 turns each off,
  /// but for a temperature of 0, which means greedy and passes over the others.
  public static Sampler of(double temperature, double freqPenalty, int topK, double topP) {
    return of(temperature, freqPenalty, topK, topP, NucleusRule.INCLUSIVE);
  }

  /// [#of(double, double, int, double)] with a rule for top-p.
  public static Sampler of(
      double temperature, double freqPenalty, int topK, double topP, NucleusRule rule) {
    if (temperature == 0) {
      return GREEDY;
    }
    List<Filter> filters = new ArrayList<>();
    filters.add(new Temperature(temperature));
    if (freqPenalty != 0) {
      filters.add(new FrequencyPenalty(freqPenalty));
    }
    if (topK != 0) {
      filters.add(new TopK(topK));
    }
    if (topP != 0) {
      filters.add(new TopP(topP, rule));
    }
    return new Sampler(filters, Chooser.CATEGORICAL);
  }

  /// The id that follows `history`; changes the candidates.
  public int next(Candidates candidates, History history, double uniform) {
    for (Filter filter : filters) {
      filter.apply(candidates, history);
    }
    return chooser.choose(candidates, uniform);
  }
}
