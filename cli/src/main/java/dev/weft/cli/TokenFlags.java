package dev.weft.cli;

import dev.weft.decoding.SamplerSettings;
import dev.weft.decoding.Tokenizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// Which tokens are wished for and which are not, said as text.
final class TokenFlags {
  @Option(
      names = "--bad-word",
      paramLabel = "TEXT",
      description =
          "Never write this, spaces as they stand (\" word\" is what follows another word); may be"
              + " given several times.")
  private List<String> badWords = new ArrayList<>();

  @Option(
      names = "--allow",
      paramLabel = "TEXT",
      description = "Write no token but those of this text; may be given several times.")
  private List<String> allowed = new ArrayList<>();

  @Option(
      names = "--bias",
      paramLabel = "TEXT=B",
      converter = Bias.Parser.class,
      description = "Add B to the logit of this token; may be given several times.")
  private List<Bias> biases = new ArrayList<>();

  @Option(
      names = "--force-first",
      paramLabel = "TEXT",
      description = "The first new token, whatever the model says.")
  private String first;

  @Option(
      names = "--force-last",
      paramLabel = "TEXT",
      description = "The token that stands last when --max-tokens is reached.")
  private String last;

  /// Refuses values that cannot work.
  void check() {
    Require.that(!badWords.contains(""), "--bad-word must not be empty");
    Require.that(!allowed.contains(""), "--allow must not be empty");
    Set<String> biased = new HashSet<>();
    for (Bias bias : biases) {
      Require.that(biased.add(bias.text), "--bias names \"" + bias.text + "\" twice");
      double value = bias.value;
      Require.that(
          value == Double.NEGATIVE_INFINITY || Math.abs(value) <= SamplingFlags.MOST,
          "--bias " + bias.text + "= must be between -1e9 and 1e9, or -Infinity, but is " + value);
    }
  }

  /// The settings with these wishes.
  SamplerSettings on(SamplerSettings settings, Tokenizer tokenizer, LengthFlags length) {
    if (!badWords.isEmpty()) {
      int[][] sequences = badWords.stream().map(tokenizer::encode).toArray(int[][]::new);
      settings = settings.badWords(sequences);
    }
    if (!allowed.isEmpty()) {
      Set<Integer> ids = new LinkedHashSet<>();
      ids.add(tokenizer.endOfText());
      for (String text : allowed) {
        for (int id : tokenizer.encode(text)) {
          ids.add(id);
        }
      }
      settings = settings.allowedWords(ids.stream().mapToInt(id -> id).toArray());
    }
    if (!biases.isEmpty()) {
      Map<Integer, Double> byId = new LinkedHashMap<>();
      biases.forEach(bias -> byId.put(one("--bias", bias.text, tokenizer), bias.value));
      settings = settings.logitBias(byId);
    }
    if (first != null) {
      settings = settings.forcedFirst(one("--force-first", first, tokenizer));
    }
    if (last != null) {
      settings = settings.forcedLast(one("--force-last", last, tokenizer), length.maxTokens());
    }
    return settings;
  }

  private record Bias(String text, double value) {
    /// `TEXT=B`; a text may hold `=` too.
    static final class Parser implements ITypeConverter<Bias> {
      @Override
      public Bias convert(String text) {
        int equals = text.lastIndexOf('=');
        try {
          if (equals > 0) {
            return new Bias(
                text.substring(0, equals), Double.parseDouble(text.substring(equals + 1)));
          }
        } catch (NumberFormatException _) {
          // Said below.
        }
        throw new TypeConversionException("must be a text, = and a number but is '" + text + "'");
      }
    }
  }

  private static int one(String option, String text, Tokenizer tokenizer) {
    int[] ids = tokenizer.encode(text);
    Require.that(
        ids.length == 1,
        option + " must be one token of the model but \"" + text + "\" is " + ids.length);
    return ids[0];
  }
}
