package dev.weft.decoding;

/// The parameters of [Sampling]'s calls. [#DEFAULT] has the defaults; each has a wither.
///
/// @param temperature ≥ 0; 0 is greedy and passes over everything else; default 1
/// @param freqPenalty subtracted for each time that a token stands in the history, prompt included;
///     default 0
/// @param topK keep so many; 0, the default, is off
/// @param topP keep the nucleus of this probability, in [0, 1]; 0, the default, is off
/// @param maxTokensGenerated most new tokens; default 30
/// @param stopAtEos whether the end-of-text token ends the text (and stands last in it); default
///     yes
/// @param seed of the draws; default 0
/// @param skipSpecialTokens leaves the end-of-text token out of the text; default no
/// @param listener hears of each token; default none
public record SamplingOptions(
    double temperature,
    double freqPenalty,
    int topK,
    double topP,
    int maxTokensGenerated,
    boolean stopAtEos,
    long seed,
    boolean skipSpecialTokens,
    Listener listener) {
  /// All defaults.
  public static final SamplingOptions DEFAULT =
      new SamplingOptions(1.0, 0.0, 0, 0.0, 30, true, 0, false, Listener.NONE);

  public SamplingOptions {
    if (!(temperature >= 0)) {
      throw new IllegalArgumentException("temperature must be at least 0 but is " + temperature);
    }
    if (!(topP >= 0 && topP <= 1)) {
      throw new IllegalArgumentException("Top-p must be a probability but is " + topP);
    }
    if (topK < 0) {
      throw new IllegalArgumentException("Top-k must be non-negative but is " + topK);
    }
    if (topP != 0 && topK != 0) {
      throw new IllegalArgumentException(
          "At most one of top-p and top-k supported here, but top-p is "
              + topP
              + " and top-k "
              + topK
              + "; a Generator with Sampler.of takes both");
    }
    if (maxTokensGenerated < 0) {
      throw new IllegalArgumentException(
          "max tokens must be at least 0 but is " + maxTokensGenerated);
    }
  }

  /// With another temperature.
  public SamplingOptions withTemperature(double value) {
    return new SamplingOptions(
        value,
        freqPenalty,
        topK,
        topP,
        maxTokensGenerated,
        stopAtEos,
        seed,
        skipSpecialTokens,
        listener);
  }

  /// With another frequency penalty.
  public SamplingOptions withFreqPenalty(double value) {
    return new SamplingOptions(
        temperature,
        value,
        topK,
        topP,
        maxTokensGenerated,
        stopAtEos,
        seed,
        skipSpecialTokens,
        listener);
  }

  /// With another top-k.
  public SamplingOptions withTopK(int value) {
    return new SamplingOptions(
        temperature,
        freqPenalty,
        value,
        topP,
        maxTokensGenerated,
        stopAtEos,
        seed,
        skipSpecialTokens,
        listener);
  }

  /// With another top-p.
  public SamplingOptions withTopP(double value) {
    return new SamplingOptions(
        temperature,
        freqPenalty,
        topK,
        value,
        maxTokensGenerated,
        stopAtEos,
        seed,
        skipSpecialTokens,
        listener);
  }

  /// With another number of new tokens.
  public SamplingOptions withMaxTokensGenerated(int value) {
    return new SamplingOptions(
        temperature, freqPenalty, topK, topP, value, stopAtEos, seed, skipSpecialTokens, listener);
  }

  /// Stopping at the end-of-text token or not.
  public SamplingOptions withStopAtEos(boolean value) {
    return new SamplingOptions(
        temperature,
        freqPenalty,
        topK,
        topP,
        maxTokensGenerated,
        value,
        seed,
        skipSpecialTokens,
        listener);
  }

  /// With another seed.
  public SamplingOptions withSeed(long value) {
    return new SamplingOptions(
        temperature,
        freqPenalty,
        topK,
        topP,
        maxTokensGenerated,
        stopAtEos,
        value,
        skipSpecialTokens,
        listener);
  }

  /// With or without special tokens in the text.
  public SamplingOptions withSkipSpecialTokens(boolean value) {
    return new SamplingOptions(
        temperature, freqPenalty, topK, topP, maxTokensGenerated, stopAtEos, seed, value, listener);
  }

  /// With a listener, for progress and streaming.
  public SamplingOptions withListener(Listener value) {
    return new SamplingOptions(
        temperature,
        freqPenalty,
        topK,
        topP,
        maxTokensGenerated,
        stopAtEos,
        seed,
        skipSpecialTokens,
        value);
  }

  Sampler sampler() {
    return Sampler.of(temperature, freqPenalty, topK, topP);
  }
}
