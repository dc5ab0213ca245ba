package dev.weft.bench.jmh;

import dev.weft.bench.FixedLogits;
import dev.weft.decoding.AllowedWords;
import dev.weft.decoding.BadWords;
import dev.weft.decoding.Candidates;
import dev.weft.decoding.Filter;
import dev.weft.decoding.ForcedToken;
import dev.weft.decoding.FrequencyPenalty;
import dev.weft.decoding.History;
import dev.weft.decoding.LogitBias;
import dev.weft.decoding.MinLength;
import dev.weft.decoding.MinP;
import dev.weft.decoding.NoRepeatNgram;
import dev.weft.decoding.PresencePenalty;
import dev.weft.decoding.RepetitionPenalty;
import dev.weft.decoding.Temperature;
import dev.weft.decoding.TopK;
import dev.weft.decoding.TopP;
import dev.weft.decoding.Typical;
import java.util.Map;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/// Each filter by itself over 50,257 logits N(0, 2), after 1,024 tokens, on the host; `NONE` is
/// what loading the logits takes.
public class Filters extends KernelBenchmark {
  private static final int VOCABULARY = 50_257;

  /// The filters.
  public enum Kind {
    NONE((candidates, history) -> {}),
    TEMPERATURE(new Temperature(0.8)),
    TOP_K(new TopK(40)),
    TOP_P(new TopP(0.95)),
    MIN_P(new MinP(0.05)),
    TYPICAL(new Typical(0.95)),
    REPETITION(new RepetitionPenalty(1.2)),
    FREQUENCY(new FrequencyPenalty(0.5)),
    PRESENCE(new PresencePenalty(0.5)),
    NO_REPEAT_NGRAM(new NoRepeatNgram(3)),
    LOGIT_BIAS(new LogitBias(Map.of(5, 1.0, 50_000, -1.0))),
    BAD_WORDS(new BadWords(new int[] {7}, new int[] {47, 94})),
    ALLOWED_WORDS(new AllowedWords(IntStream.range(0, 1000).map(i -> i * 50).toArray())),
    FORCED_TOKEN(ForcedToken.first(7)),
    MIN_LENGTH(new MinLength(2000, 50_256));

    private final Filter filter;

    Kind(Filter filter) {
      this.filter = filter;
    }
  }

  @Param Kind kind;

  private final Candidates candidates = new Candidates();
  private float[] logits;
  private History history;

  /// Makes the logits and a history.
  @Setup(Level.Trial)
  public void prepare() {
    logits = FixedLogits.normal(VOCABULARY, 1);
    // Says everything twice, and ends in 47, which one n-gram and one list of bad words go on from.
    history = new History(IntStream.range(2, 1026).map(i -> i % 512 * 47).toArray());
  }

  /// Loads the logits and applies the filter.
  @Benchmark
  public Candidates apply() {
    candidates.load(logits, 0, VOCABULARY);
    kind.filter.apply(candidates, history);
    return candidates;
  }
}
