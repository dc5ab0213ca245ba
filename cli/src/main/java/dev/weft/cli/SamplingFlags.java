package dev.weft.cli;

import dev.weft.decoding.Filter;
import dev.weft.decoding.Generator;
import dev.weft.decoding.Listener;
import dev.weft.decoding.Sampler;
import dev.weft.decoding.Stop;
import dev.weft.decoding.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// How the next token is chosen, and when to stop.
final class SamplingFlags {
  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      defaultValue = "30",
      description = "Most new tokens (default: ${DEFAULT-VALUE}).")
  private int maxTokens;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "1.0",
      description =
          "Below 1 more likely tokens, above 1 more varied ones; 0 always takes the most likely"
              + " (default: ${DEFAULT-VALUE}).")
  private double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      defaultValue = "0",
      description = "Choose among the K most likely tokens; 0 is off (default).")
  private int topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      defaultValue = "0",
      description =
          "Choose among the most likely tokens that have probability P together; 0 is off"
              + " (default). After --top-k.")
  private double topP;

  @Option(
      names = "--frequency-penalty",
      paramLabel = "F",
      defaultValue = "0",
      description =
          "Subtract F from a token's logit for each time that it has occurred, prompt included"
              + " (default: ${DEFAULT-VALUE}).")
  private double frequencyPenalty;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "The same seed gives the same text (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "End before this text; may be given several times.")
  private List<String> stops = new ArrayList<>();

  /// Refuses values that cannot work, and options that would do nothing.
  void check() {
    require(maxTokens >= 0, "--max-tokens must be at least 0 but is " + maxTokens);
    require(
        temperature >= 0 && temperature < Double.POSITIVE_INFINITY,
        "--temperature must be a number of at least 0 but is " + temperature);
    require(topK >= 0, "--top-k must be at least 0 but is " + topK);
    require(topP >= 0 && topP <= 1, "--top-p must be between 0 and 1 but is " + topP);
    require(
        Double.isFinite(frequencyPenalty),
        "--frequency-penalty must be a finite number but is " + frequencyPenalty);
    require(!stops.contains(""), "--stop must not be empty");
    if (temperature == 0) {
      String idle =
          topK != 0
              ? "--top-k"
              : topP != 0 ? "--top-p" : frequencyPenalty != 0 ? "--frequency-penalty" : null;
      require(
          idle == null,
          "--temperature 0 always takes the most likely token, where "
              + idle
              + " does nothing: leave one of them out");
    }
  }

  private static void require(boolean condition, String sentence) {
    if (!condition) {
      throw Failure.user(sentence);
    }
  }

  /// Refuses more tokens than the model's context holds, before anything is computed.
  void requireRoom(int promptTokens, OpenModel open) {
    int context = open.model().contextLength();
    if ((long) promptTokens + maxTokens > context) {
      int room = context - promptTokens;
      throw Failure.user(
          "the prompt has "
              + promptTokens
              + " tokens and --max-tokens asks for "
              + maxTokens
              + " more, but "
              + open.name()
              + " reads at most "
              + context
              + ": "
              + (room < 0 ? "shorten the prompt" : "ask for at most " + room));
    }
  }

  /// Whether a draw is random at all.
  boolean greedy() {
    return temperature == 0;
  }

  /// @param first filters before those of the options
  Generator generator(Tokenizer tokenizer, List<Filter> first, Listener listener) {
    Sampler asked = Sampler.of(temperature, frequencyPenalty, topK, topP);
    List<Filter> filters = new ArrayList<>(first);
    filters.addAll(asked.filters());
    Sampler sampler = new Sampler(filters, asked.chooser());
    Generator generator =
        new Generator(sampler, seed, maxTokens)
            .tokenizer(tokenizer, true)
            .stop(Stop.endTokens(tokenizer.endOfText()))
            .listener(listener);
    return stops.isEmpty() ? generator : generator.stop(Stop.strings(stops.toArray(String[]::new)));
  }
}
