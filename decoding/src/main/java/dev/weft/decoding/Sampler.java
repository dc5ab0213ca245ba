package dev.weft.decoding;

import java.util.ArrayList;
import java.util.List;

/// From logits to the next id: filters in the order of the list, then the choice.
///
/// @param filters applied first to last
/// @param chooser picks from what is left
/// @param skipped what was asked for and isn't done, a sentence each, such as `frequency penalty
///     skipped: temperature 0`; a [Decision] repeats them
public record Sampler(List<Filter> filters, Chooser chooser, List<String> skipped) {
  /// The most likely token, unfiltered.
  public static final Sampler GREEDY = new Sampler(List.of(), Chooser.GREEDY);

  public Sampler {
    filters = List.copyOf(filters);
    skipped = List.copyOf(skipped);
  }

  /// With nothing skipped.
  public Sampler(List<Filter> filters, Chooser chooser) {
    this(filters, chooser, List.of());
  }

  /// Temperature, frequency penalty, top-k, top-p, in this order, then a draw. 0 turns each off,
  /// but for a temperature of 0, which means greedy and passes over the others. [Preset#SEED] with
  /// these settings.
  public static Sampler of(double temperature, double freqPenalty, int topK, double topP) {
    return of(temperature, freqPenalty, topK, topP, NucleusRule.INCLUSIVE);
  }

  /// [#of(double, double, int, double)] with a rule for top-p.
  public static Sampler of(
      double temperature, double freqPenalty, int topK, double topP, NucleusRule rule) {
    return Preset.SEED.sampler(
        SamplerSettings.DEFAULT
            .temperature(temperature)
            .frequencyPenalty(freqPenalty)
            .topK(topK)
            .topP(topP)
            .nucleusRule(rule));
  }

  /// The same with other filters before its own.
  public Sampler after(List<Filter> first) {
    List<Filter> all = new ArrayList<>(first);
    all.addAll(filters);
    return new Sampler(all, chooser, skipped);
  }

  /// The id that follows `history`; changes the candidates.
  public int next(Candidates candidates, History history, double uniform) {
    filter(candidates, history);
    return chooser.choose(candidates, uniform);
  }

  /// The probability of each id as the next one, by id, with nothing drawn: exactly 0 for what is
  /// filtered out. In double; a draw's weights are F32 and agree within 2e-7 of each.
  ///
  /// @param logits one for each id; left as they are
  public double[] distribution(float[] logits, History history) {
    Candidates candidates = new Candidates().load(logits, 0, logits.length);
    filter(candidates, history);
    return chooser.probabilities(candidates);
  }

  /// The id that [#next] draws, with the reasons for it.
  ///
  /// @param logits one for each id; left as they are
  /// @param best how many of the likeliest tokens the record shows beside the chosen one and the
  ///     runner-up
  public Decision decide(float[] logits, History history, double uniform, int best) {
    return new Deciding(logits).decide(this, history, uniform, best);
  }

  private void filter(Candidates candidates, History history) {
    for (int i = 0; i < filters.size(); i++) {
      filters.get(i).apply(candidates, history);
    }
  }
}
