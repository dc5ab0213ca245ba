package dev.weft.decoding;

import java.util.Map;

/// What a [Preset] makes a [Sampler] of. Immutable: each method returns changed settings. Values
/// are checked by the filters that they become, in [Preset#sampler].
///
/// ```java
/// Sampler sampler =
///     Preset.HUGGING_FACE.sampler(SamplerSettings.DEFAULT.temperature(0.7).topK(40).topP(0.95));
/// ```
public final class SamplerSettings implements Cloneable {
  /// Everything off: temperature 1, and what the model says.
  public static final SamplerSettings DEFAULT = new SamplerSettings();

  private double temperature = 1;
  private double frequencyPenalty;
  private double presencePenalty;
  private double repetitionPenalty = 1;
  private PenaltyScope penaltyScope; // null: the preset's
  private int topK;
  private double topP;
  private NucleusRule nucleusRule; // null: the preset's
  private double minP;
  private double typical;
  private int minKept = 1;
  private int noRepeatNgram;
  private Filter badWords;
  private Filter allowedWords;
  private Filter logitBias;
  private Filter minLength;
  private Filter forcedFirst;
  private Filter forcedLast;

  private SamplerSettings() {}

  /// Above 0; 0 takes the best and draws nothing; default 1.
  public SamplerSettings temperature(double value) {
    SamplerSettings changed = copy();
    changed.temperature = value;
    return changed;
  }

  /// [FrequencyPenalty]; 0, the default, is off.
  public SamplerSettings frequencyPenalty(double value) {
    SamplerSettings changed = copy();
    changed.frequencyPenalty = value;
    return changed;
  }

  /// [PresencePenalty]; 0, the default, is off.
  public SamplerSettings presencePenalty(double value) {
    SamplerSettings changed = copy();
    changed.presencePenalty = value;
    return changed;
  }

  /// [RepetitionPenalty]; 1, the default, is off.
  public SamplerSettings repetitionPenalty(double factor) {
    SamplerSettings changed = copy();
    changed.repetitionPenalty = factor;
    return changed;
  }

  /// What all three penalties count, instead of what the preset says.
  public SamplerSettings penaltyScope(PenaltyScope scope) {
    SamplerSettings changed = copy();
    changed.penaltyScope = scope;
    return changed;
  }

  /// [TopK]; 0, the default, is off.
  public SamplerSettings topK(int k) {
    SamplerSettings changed = copy();
    changed.topK = k;
    return changed;
  }

  /// [TopP]; 0, the default, is off, and 1 keeps everything possible.
  public SamplerSettings topP(double p) {
    SamplerSettings changed = copy();
    changed.topP = p;
    return changed;
  }

  /// The rule of top-p, instead of the preset's.
  public SamplerSettings nucleusRule(NucleusRule rule) {
    SamplerSettings changed = copy();
    changed.nucleusRule = rule;
    return changed;
  }

  /// [MinP]; 0, the default, is off.
  public SamplerSettings minP(double p) {
    SamplerSettings changed = copy();
    changed.minP = p;
    return changed;
  }

  /// [Typical]; 0, the default, is off, and 1 keeps everything possible.
  public SamplerSettings typical(double mass) {
    SamplerSettings changed = copy();
    changed.typical = mass;
    return changed;
  }

  /// How many candidates top-k, top-p, min-p and typical each leave at least; default 1.
  public SamplerSettings minKept(int count) {
    SamplerSettings changed = copy();
    changed.minKept = count;
    return changed;
  }

  /// [NoRepeatNgram]; 0, the default, is off.
  public SamplerSettings noRepeatNgram(int n) {
    SamplerSettings changed = copy();
    changed.noRepeatNgram = n;
    return changed;
  }

  /// [BadWords]; none by default.
  public SamplerSettings badWords(int[]... sequences) {
    SamplerSettings changed = copy();
    changed.badWords = new BadWords(sequences);
    return changed;
  }

  /// [AllowedWords]; all by default.
  public SamplerSettings allowedWords(int... ids) {
    SamplerSettings changed = copy();
    changed.allowedWords = new AllowedWords(ids);
    return changed;
  }

  /// [LogitBias]; none by default.
  public SamplerSettings logitBias(Map<Integer, Double> biases) {
    SamplerSettings changed = copy();
    changed.logitBias = new LogitBias(biases);
    return changed;
  }

  /// [MinLength]; none by default.
  public SamplerSettings minLength(int tokens, int... ends) {
    SamplerSettings changed = copy();
    changed.minLength = new MinLength(tokens, ends);
    return changed;
  }

  /// [ForcedToken#first]; none by default.
  public SamplerSettings forcedFirst(int id) {
    SamplerSettings changed = copy();
    changed.forcedFirst = ForcedToken.first(id);
    return changed;
  }

  /// [ForcedToken#last]; none by default.
  public SamplerSettings forcedLast(int id, int maxTokens) {
    SamplerSettings changed = copy();
    changed.forcedLast = ForcedToken.last(id, maxTokens);
    return changed;
  }

  private SamplerSettings copy() {
    try {
      return (SamplerSettings) super.clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }

  boolean isGreedy() {
    return temperature == 0;
  }

  /// The filter of a knob, or null where it is off.
  Filter filter(Knob knob, PenaltyScope scope, Ties ties, NucleusRule rule) {
    PenaltyScope counted = penaltyScope == null ? scope : penaltyScope;
    return switch (knob) {
      case LOGIT_BIAS -> logitBias;
      case REPETITION ->
          repetitionPenalty == 1 ? null : new RepetitionPenalty(repetitionPenalty, counted);
      case FREQUENCY ->
          frequencyPenalty == 0 ? null : new FrequencyPenalty(frequencyPenalty, counted);
      case PRESENCE -> presencePenalty == 0 ? null : new PresencePenalty(presencePenalty, counted);
      case NGRAMS -> noRepeatNgram == 0 ? null : new NoRepeatNgram(noRepeatNgram);
      case BAD_WORDS -> badWords;
      case ALLOWED_WORDS -> allowedWords;
      case MIN_LENGTH -> minLength;
      case FORCED_FIRST -> forcedFirst;
      case FORCED_LAST -> forcedLast;
      case TEMPERATURE -> temperature == 0 ? null : new Temperature(temperature);
      case TOP_K -> topK == 0 ? null : topK(ties);
      case TOP_P ->
          topP == 0 ? null : new TopP(topP, nucleusRule == null ? rule : nucleusRule, minKept);
      case MIN_P -> minP == 0 ? null : new MinP(minP, minKept);
      case TYPICAL -> typical == 0 ? null : new Typical(typical, minKept);
    };
  }

  private TopK topK(Ties ties) {
    TopP.requireMinKept("top-k", minKept);
    return new TopK(topK < 0 ? topK : Math.max(topK, minKept), ties);
  }
}
