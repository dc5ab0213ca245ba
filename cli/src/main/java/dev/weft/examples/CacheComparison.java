package dev.weft.examples;

import dev.weft.decoding.LanguageModel;
import dev.weft.decoding.Readout;
import dev.weft.decoding.Sampling;
import dev.weft.decoding.SamplingOptions;
import dev.weft.tensor.Tensor;
import java.io.PrintWriter;
import java.util.Locale;

/// What a cache of keys and values is for: the text stays the same, but each position is computed
/// once instead of once for every token that follows it.
final class CacheComparison {
  static final String PROMPT = "It is pitch black. You are likely to be eaten by a grue.";
  private static final SamplingOptions GREEDY =
      new SamplingOptions(0, 0, 0, 0, 15, false, 1010, false, (row, count, id, text) -> {});

  private CacheComparison() {}

  static void run(Setting setting) {
    PrintWriter out = setting.out();
    Result uncached = generate(setting, GREEDY, false);
    Result cached = generate(setting, GREEDY, true);
    out.println("without a cache: " + Sampling.repr(uncached.text));
    out.println("with a cache:    " + Sampling.repr(cached.text));
    out.println("the same text:   " + (cached.text.equals(uncached.text) ? "yes" : "NO"));
    out.printf("positions computed for 15 tokens: %d, %d%n", uncached.positions, cached.positions);
    out.flush();

    SamplingOptions longer = GREEDY.withMaxTokensGenerated(200);
    uncached = generate(setting, longer, false);
    cached = generate(setting, longer, true);
    out.printf(
        Locale.ROOT,
        "positions computed for 200 tokens: %d, %d; time %.2f s, %.2f s: a ratio of %.1f%n",
        uncached.positions,
        cached.positions,
        uncached.seconds,
        cached.seconds,
        uncached.seconds / cached.seconds);
  }

  private record Result(String text, long positions, double seconds) {}

  private static Result generate(Setting setting, SamplingOptions options, boolean cache) {
    CountingModel model = new CountingModel(setting.model());
    long start = System.nanoTime();
    String text =
        cache
            ? Sampling.sampleTokensWithCache(model, setting.tokenizer(), PROMPT, options)
            : Sampling.sampleTokens(model, setting.tokenizer(), PROMPT, options);
    return new Result(text, model.positions, (System.nanoTime() - start) * 1e-9);
  }

  /// A model that counts the positions it computes.
  private static final class CountingModel implements LanguageModel {
    private final LanguageModel model;
    private long positions;

    CountingModel(LanguageModel model) {
      this.model = model;
    }

    @Override
    public int vocabularySize() {
      return model.vocabularySize();
    }

    @Override
    public int contextLength() {
      return model.contextLength();
    }

    @Override
    public Tensor logits(int[][] tokens) {
      count(tokens);
      return model.logits(tokens);
    }

    @Override
    public Session open(int rows) {
      return new CountingSession(this, model.open(rows));
    }

    private void count(int[][] tokens) {
      for (int[] row : tokens) {
        positions += row.length;
      }
    }
  }

  private record CountingSession(CountingModel model, LanguageModel.Session session)
      implements LanguageModel.Session {
    @Override
    public Tensor feed(int[][] tokens) {
      return feed(tokens, Readout.NONE);
    }

    @Override
    public Tensor feed(int[][] tokens, Readout readout) {
      model.count(tokens);
      return session.feed(tokens, readout);
    }

    @Override
    public int rows() {
      return session.rows();
    }

    @Override
    public int[] tokens(int row) {
      return session.tokens(row);
    }

    @Override
    public void reorder(int[] parents) {
      session.reorder(parents);
    }

    @Override
    public LanguageModel.Session fork(int rows) {
      return new CountingSession(model, session.fork(rows));
    }

    @Override
    public void truncate(int position) {
      session.truncate(position);
    }

    @Override
    public int position(int row) {
      return session.position(row);
    }

    @Override
    public void close() {
      session.close();
    }
  }
}
