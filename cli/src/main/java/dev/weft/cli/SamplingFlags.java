package dev.weft.cli;

import dev.weft.decoding.NucleusRule;
import dev.weft.decoding.PenaltyScope;
import dev.weft.decoding.Preset;
import dev.weft.decoding.Sampler;
import dev.weft.decoding.SamplerSettings;
import dev.weft.decoding.Tokenizer;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// How the next token is chosen.
final class SamplingFlags {
  private static final String[] PENALTIES = {
    "--frequency-penalty", "--presence-penalty", "--repetition-penalty"
  };
  private static final String[] CUTS = {"--top-k", "--top-p", "--min-p", "--typical"};

  // Within these, filters in any order leave logits that F32 can hold.
  private static final double LEAST = 1e-9;
  static final double MOST = 1e9;

  @Option(
      names = "--preset",
      paramLabel = "seed|hugging-face|llama-cpp|openai",
      converter = PresetName.class,
      description =
          "Order, ties and penalties as that program has them, and its defaults for what isn't given"
              + " here (default: seed, which is temperature alone).")
  private Preset preset;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description =
          "Below 1 more likely tokens, above 1 more varied ones; 0 always takes the most likely"
              + " (default: 1).")
  private Double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "Choose among the K most likely tokens; 0 is off (default).")
  private Integer topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description =
          "Choose among the most likely tokens that have probability P together; 0 is off"
              + " (default).")
  private Double topP;

  @Option(
      names = "--nucleus",
      paramLabel = "inclusive|exclusive",
      converter = RuleName.class,
      description = "Whether --top-p keeps the token that reaches P (default: inclusive).")
  private NucleusRule nucleus;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description =
          "Choose among tokens at least P times as likely as the likeliest; 0 is off (default).")
  private Double minP;

  @Option(
      names = "--typical",
      paramLabel = "P",
      description =
          "Choose among the tokens of most typical information that have probability P together; 0"
              + " is off (default).")
  private Double typical;

  @Option(
      names = "--min-kept",
      paramLabel = "N",
      description = "What each of these leaves at least (default: 1).")
  private Integer minKept;

  @Option(
      names = "--frequency-penalty",
      paramLabel = "F",
      description =
          "Subtract F from a token's logit for each time that it has occurred (default: 0).")
  private Double frequencyPenalty;

  @Option(
      names = "--presence-penalty",
      paramLabel = "F",
      description = "Subtract F from the logit of each token that has occurred (default: 0).")
  private Double presencePenalty;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "F",
      description =
          "Divide the logit of each token that has occurred by F where it is above 0, else multiply"
              + " (default: 1, off).")
  private Double repetitionPenalty;

  @Option(
      names = "--penalty-scope",
      paramLabel = "all|generated|N",
      converter = ScopeName.class,
      description =
          "What the penalties count: prompt and text, the text, the last N tokens (default: all).")
  private PenaltyScope scope;

  @Mixin private NgramFlag ngram;

  @Mixin private TokenFlags tokens;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "The same seed gives the same text (default: ${DEFAULT-VALUE}).")
  private long seed;

  /// All that a beam search has no use for.
  static final String[] DRAWS = {
    "--preset",
    "--temperature",
    "--top-k",
    "--top-p",
    "--nucleus",
    "--min-p",
    "--typical",
    "--min-kept",
    "--frequency-penalty",
    "--presence-penalty",
    "--repetition-penalty",
    "--penalty-scope",
    "--bad-word",
    "--allow",
    "--bias",
    "--force-first",
    "--force-last",
    "--seed"
  };

  /// Refuses values that cannot work, and options that would do nothing.
  void check(Given given) {
    if (temperature != null) {
      requireTemperature("--temperature", temperature);
    }
    Require.that(topK == null || topK >= 0, "--top-k must be at least 0 but is " + topK);
    between("--top-p", topP, 0, 1, "0 and 1");
    between("--min-p", minP, 0, 1, "0 and 1");
    between("--typical", typical, 0, 1, "0 and 1");
    Require.that(
        minKept == null || minKept >= 1, "--min-kept must be at least 1 but is " + minKept);
    between("--frequency-penalty", frequencyPenalty, -MOST, MOST, "-1e9 and 1e9");
    between("--presence-penalty", presencePenalty, -MOST, MOST, "-1e9 and 1e9");
    between("--repetition-penalty", repetitionPenalty, LEAST, MOST, "1e-9 and 1e9");
    ngram.n();
    tokens.check();
    given.needs("--nucleus", "--top-p");
    given.needs("--min-kept", CUTS);
    given.needs("--penalty-scope", PENALTIES);
    if (greedy()) {
      String why = "0 always takes the most likely token";
      given.exclude("--temperature", why, CUTS);
      if (preset == null || preset == Preset.SEED) {
        given.exclude("--temperature", why, PENALTIES);
      }
    }
  }

  /// Refuses what is no temperature.
  static void requireTemperature(String option, double value) {
    Require.that(
        value >= 0 && value < Double.POSITIVE_INFINITY,
        option + " must be a number of at least 0 but is " + value);
  }

  private static void between(
      String option, Double value, double least, double most, String bounds) {
    Require.that(
        value == null || value >= least && value <= most,
        option + " must be between " + bounds + " but is " + value);
  }

  /// Whether nothing is random.
  boolean greedy() {
    return temperature != null && temperature == 0;
  }

  /// What --temperature says; 1 by default, or null: that of the preset.
  Double temperature() {
    return temperature == null && preset == null ? Double.valueOf(1) : temperature;
  }

  /// Of --no-repeat-ngram, which a search has too.
  int noRepeatNgram() {
    return ngram.n();
  }

  long seed() {
    return seed;
  }

  /// The sampler of these options for a model, at a temperature; null is that of the preset.
  Sampler sampler(OpenModel open, LengthFlags length, Double temperature) {
    SamplerSettings settings = preset == null ? SamplerSettings.DEFAULT : preset.defaults();
    settings = temperature == null ? settings : settings.temperature(temperature);
    settings = topK == null ? settings : settings.topK(topK);
    settings = topP == null ? settings : settings.topP(topP);
    settings = nucleus == null ? settings : settings.nucleusRule(nucleus);
    settings = minP == null ? settings : settings.minP(minP);
    settings = typical == null ? settings : settings.typical(typical);
    settings = minKept == null ? settings : settings.minKept(minKept);
    settings = frequencyPenalty == null ? settings : settings.frequencyPenalty(frequencyPenalty);
    settings = presencePenalty == null ? settings : settings.presencePenalty(presencePenalty);
    settings = repetitionPenalty == null ? settings : settings.repetitionPenalty(repetitionPenalty);
    settings = scope == null ? settings : settings.penaltyScope(scope);
    settings = settings.noRepeatNgram(ngram.n());
    Tokenizer tokenizer = open.tokenizer();
    if (length.minTokens() > 0) {
      settings = settings.minLength(length.minTokens(), tokenizer.endOfText());
    }
    settings = tokens.on(settings, tokenizer, length);
    try {
      Sampler sampler = (preset == null ? Preset.SEED : preset).sampler(settings);
      return sampler.after(open.filters());
    } catch (IllegalArgumentException e) {
      throw Failure.user(e.getMessage(), e);
    }
  }

  /// `hugging-face` for HUGGING_FACE, and so on.
  static final class PresetName implements ITypeConverter<Preset> {
    @Override
    public Preset convert(String text) {
      return constant(Preset.values(), text, "seed, hugging-face, llama-cpp or openai");
    }
  }

  /// `inclusive` or `exclusive`.
  static final class RuleName implements ITypeConverter<NucleusRule> {
    @Override
    public NucleusRule convert(String text) {
      return constant(NucleusRule.values(), text, "inclusive or exclusive");
    }
  }

  private static <E extends Enum<E>> E constant(E[] all, String text, String names) {
    for (E one : all) {
      if (one.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(text)) {
        return one;
      }
    }
    throw new TypeConversionException("must be " + names + " but is '" + text + "'");
  }

  /// `all`, `generated` or a number.
  static final class ScopeName implements ITypeConverter<PenaltyScope> {
    @Override
    public PenaltyScope convert(String text) {
      return switch (text) {
        case "all" -> PenaltyScope.ALL;
        case "generated" -> PenaltyScope.GENERATED;
        default -> {
          try {
            yield PenaltyScope.lastN(Integer.parseInt(text));
          } catch (IllegalArgumentException e) {
            throw new TypeConversionException(
                "must be all, generated or a number of at least 0 but is '" + text + "'");
          }
        }
      };
    }
  }
}
