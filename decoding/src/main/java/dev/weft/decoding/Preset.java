package dev.weft.decoding;

import java.util.ArrayList;
import java.util.List;

/// The conventions of a program or a text: in which order filters run, what a penalty counts, what
/// happens to ties, which token of the nucleus is the last, and what a temperature of 0 means. The
/// same settings draw differently under each.
///
/// In all of them top-p's rule is [NucleusRule#INCLUSIVE], and settings that the program doesn't
/// have run where the most similar one does.
public enum Preset {
  /// The lessons: logit bias and bans, temperature, then penalties (which so aren't divided by it),
  /// top-k, top-p, min-p, typical. Penalties count all ids, prompt included. Top-k keeps exactly k.
  /// Temperature 0 takes the largest logit and passes over penalties and cuts, and says so in
  /// [Sampler#skipped]. Defaults: temperature 1, nothing else.
  SEED(
      PenaltyScope.ALL,
      Ties.SMALLER_ID,
      Knob.LOGIT_BIAS,
      Knob.NGRAMS,
      Knob.BAD_WORDS,
      Knob.ALLOWED_WORDS,
      Knob.MIN_LENGTH,
      Knob.FORCED_FIRST,
      Knob.FORCED_LAST,
      Knob.TEMPERATURE,
      Knob.FREQUENCY,
      Knob.PRESENCE,
      Knob.REPETITION,
      Knob.TOP_K,
      Knob.TOP_P,
      Knob.MIN_P,
      Knob.TYPICAL),

  /// Transformers' `generate`: logit bias, repetition penalty, bans, lengths and forced tokens,
  /// then temperature, top-k, top-p, min-p, typical. The penalty counts all ids, prompt included.
  /// Top-k keeps all candidates that equal the k-th. Temperature 0 stands for `do_sample=False`:
  /// the penalties and bans hold, the cuts are passed over. It has no frequency and presence
  /// penalty; here they follow the repetition penalty. Defaults: temperature 1, top-k 50.
  HUGGING_FACE(
      PenaltyScope.ALL,
      Ties.KEEP_ALL,
      Knob.LOGIT_BIAS,
      Knob.REPETITION,
      Knob.FREQUENCY,
      Knob.PRESENCE,
      Knob.NGRAMS,
      Knob.BAD_WORDS,
      Knob.MIN_LENGTH,
      Knob.ALLOWED_WORDS,
      Knob.FORCED_FIRST,
      Knob.FORCED_LAST,
      Knob.TEMPERATURE,
      Knob.TOP_K,
      Knob.TOP_P,
      Knob.MIN_P,
      Knob.TYPICAL),

  /// llama.cpp's sampler chain: logit bias, penalties (repetition, frequency, presence) over the
  /// last 64 ids, prompt included, top-k, typical, top-p, min-p, and temperature last, so that it
  /// doesn't change what is cut. Top-k keeps exactly k. Temperature 0 takes the best of what is
  /// left after everything else. It has no bans; here they follow the bias. Its typical filter goes
  /// on until the mass exceeds p and cuts ties in no stated order, where Weft's is [Typical].
  /// Defaults: temperature 0.8, top-k 40, top-p 0.95, min-p 0.05.
  LLAMA_CPP(
      PenaltyScope.lastN(64),
      Ties.SMALLER_ID,
      Knob.LOGIT_BIAS,
      Knob.NGRAMS,
      Knob.BAD_WORDS,
      Knob.ALLOWED_WORDS,
      Knob.MIN_LENGTH,
      Knob.FORCED_FIRST,
      Knob.FORCED_LAST,
      Knob.REPETITION,
      Knob.FREQUENCY,
      Knob.PRESENCE,
      Knob.TOP_K,
      Knob.TYPICAL,
      Knob.TOP_P,
      Knob.MIN_P,
      Knob.TEMPERATURE),

  /// The documentation of OpenAI's interface: logit bias, then mu[j] − c[j] · frequency − (c[j] >
  /// 0) · presence, where c[j] counts how often j was sampled before, so generated ids only; then
  /// temperature and top-p. Temperature 0 takes the best after bias and penalties. The other
  /// settings aren't offered there; repetition joins the penalties, bans the bias, cuts top-p.
  /// Defaults: temperature 1, top-p 1.
  OPENAI(
      PenaltyScope.GENERATED,
      Ties.SMALLER_ID,
      Knob.LOGIT_BIAS,
      Knob.NGRAMS,
      Knob.BAD_WORDS,
      Knob.ALLOWED_WORDS,
      Knob.MIN_LENGTH,
      Knob.FORCED_FIRST,
      Knob.FORCED_LAST,
      Knob.REPETITION,
      Knob.FREQUENCY,
      Knob.PRESENCE,
      Knob.TEMPERATURE,
      Knob.TOP_K,
      Knob.TOP_P,
      Knob.MIN_P,
      Knob.TYPICAL);

  private final PenaltyScope scope;
  private final Ties ties;
  private final List<Knob> order;

  Preset(PenaltyScope scope, Ties ties, Knob... order) {
    this.scope = scope;
    this.ties = ties;
    this.order = List.of(order);
  }

  /// What a penalty counts when the settings don't say.
  public PenaltyScope penaltyScope() {
    return scope;
  }

  /// The settings that the program itself begins with.
  public SamplerSettings defaults() {
    SamplerSettings settings = SamplerSettings.DEFAULT;
    return switch (this) {
      case SEED -> settings;
      case HUGGING_FACE -> settings.topK(50);
      case LLAMA_CPP -> settings.temperature(0.8).topK(40).topP(0.95).minP(0.05);
      case OPENAI -> settings.topP(1);
    };
  }

  /// The sampler of these settings by this preset's conventions; throws for values that a filter
  /// refuses.
  public Sampler sampler(SamplerSettings settings) {
    List<Filter> filters = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    for (Knob knob : order) {
      Filter filter = settings.filter(knob, scope, ties, NucleusRule.INCLUSIVE);
      if (filter != null && settings.isGreedy() && skips(knob)) {
        skipped.add(knob.label + " skipped: temperature 0");
      } else if (filter != null) {
        filters.add(filter);
      }
    }
    Chooser chooser = settings.isGreedy() ? Chooser.GREEDY : Chooser.CATEGORICAL;
    return new Sampler(filters, chooser, skipped);
  }

  /// Whether a temperature of 0 passes over a setting.
  private boolean skips(Knob knob) {
    return switch (this) {
      case SEED -> knob.isPenalty || knob.isCut();
      case HUGGING_FACE -> knob.isCut();
      case LLAMA_CPP, OPENAI -> false;
    };
  }
}
