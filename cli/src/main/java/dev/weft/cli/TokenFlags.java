package dev.weft.cli;

import dev.weft.decoding.LogitBias;
import dev.weft.decoding.SamplerSettings;
import dev.weft.decoding.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Option;

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
      description = "Add B to the logit of this token; may be given several times.")
  private Map<String, Double> biases = new LinkedHashMap<>();

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
    biases.forEach(
        (text, bias) ->
            Require.that(
                bias != null && bias <= LogitBias.MOST,
                "--bias "
                    + text
                    + "= must be a number of at most "
                    + LogitBias.MOST
                    + " but is "
                    + bias));
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
      biases.forEach((text, bias) -> byId.put(one("--bias", text, tokenizer), bias));
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

  private static int one(String option, String text, Tokenizer tokenizer) {
    int[] ids = tokenizer.encode(text);
    Require.that(
        ids.length == 1,
        option + " must be one token of the model but \"" + text + "\" is " + ids.length);
    return ids[0];
  }
}
