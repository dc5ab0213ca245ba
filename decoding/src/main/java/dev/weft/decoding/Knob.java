package dev.weft.decoding;

/// What [SamplerSettings] can set, each a filter; a [Preset] puts them into an order.
enum Knob {
  LOGIT_BIAS("logit bias", false),
  REPETITION("repetition penalty", true),
  FREQUENCY("frequency penalty", true),
  PRESENCE("presence penalty", true),
  NGRAMS("no repeated n-gram", false),
  BAD_WORDS("bad words", false),
  ALLOWED_WORDS("allowed words", false),
  MIN_LENGTH("minimum length", false),
  FORCED_FIRST("forced first token", false),
  FORCED_LAST("forced last token", false),
  TEMPERATURE("temperature", false),
  TOP_K("top-k", false),
  TOP_P("top-p", false),
  MIN_P("min-p", false),
  TYPICAL("typical", false);

  final String label;
  final boolean isPenalty;

  Knob(String label, boolean isPenalty) {
    this.label = label;
    this.isPenalty = isPenalty;
  }

  /// Whether it cuts off the unlikely, and so means nothing where only the best is taken.
  boolean isCut() {
    return this == TOP_K || this == TOP_P || this == MIN_P || this == TYPICAL;
  }
}
