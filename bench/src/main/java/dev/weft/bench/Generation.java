package dev.weft.bench;

import dev.weft.decoding.BeamSearch;
import dev.weft.decoding.Generator;
import dev.weft.decoding.Replay;
import dev.weft.decoding.Sampler;
import dev.weft.gpt2.Gpt2Inference;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntConsumer;

/// What decoding gains with GPT-2 124M, random weights in F32: samples of one prompt side by side,
/// and the cache, in a text and in a beam search.
///
/// The limit of the samples is as many single streams; that of a step of six beams is one of a
/// single row; that of what uses the cache is the same without, so that its ratio is what the cache
/// gains.
final class Generation {
  static final int BEAMS = 6;
  static final int PROMPT = 64;
  static final int NEW = 64;
  static final int SAMPLES = 8;
  static final int TEXT = 200;

  private static final String MODEL = "f32 GPT-2 124M, ";
  private static final String ONE = MODEL + "1 sample";
  static final String TOGETHER = MODEL + SAMPLES + " samples";
  static final String CACHED = MODEL + TEXT + " tokens, cached";
  static final String UNCACHED = MODEL + TEXT + " tokens, uncached";
  private static final String SINGLE_STEP = MODEL + "step of 1 row";
  private static final String BEAM_STEP = MODEL + "step of " + BEAMS + " beams";
  static final String CACHED_BEAMS = MODEL + "beams, cached";
  static final String UNCACHED_BEAMS = MODEL + "beams, uncached";

  /// What is measured at once, and the variants that come of it.
  private record Part(Function<Gpt2Inference, List<Row>> measure, String... variants) {
    boolean isWanted(Setting setting) {
      return List.of(variants).stream().anyMatch(setting::matches);
    }
  }

  private static final List<Part> PARTS =
      List.of(
          new Part(Generation::samples, ONE, TOGETHER),
          new Part(Generation::texts, CACHED, UNCACHED),
          new Part(Generation::steps, SINGLE_STEP, BEAM_STEP),
          new Part(Generation::beams, CACHED_BEAMS, UNCACHED_BEAMS));

  private Generation() {}

  static void measure(Setting setting, WeftEngine weft, List<Row> rows) throws IOException {
    List<Part> wanted = PARTS.stream().filter(part -> part.isWanted(setting)).toList();
    if (wanted.isEmpty()) {
      return;
    }
    try (Gpt2Inference model = weft.gpt2("f32")) {
      for (Part part : wanted) {
        part.measure.apply(model).stream()
            .filter(row -> setting.matches(row.variant()))
            .forEach(rows::add);
      }
    }
  }

  /// Draws so many tokens by temperature and top-k.
  static Generator generator(int tokens) {
    return new Generator(Sampler.of(0.8, 0, 40, 0), 5, tokens);
  }

  /// Searches texts of so many tokens.
  static BeamSearch search(int tokens) {
    return new BeamSearch(BEAMS, 2, tokens);
  }

  private static List<Row> samples(Gpt2Inference model) {
    int[] prompt = Decode.ids(0, PROMPT);
    Generator generator = generator(NEW);
    double[] one = seconds(model, () -> generator.generate(model, prompt, 1), 5);
    double[] together = seconds(model, () -> generator.generate(model, prompt, SAMPLES), 3);
    Row single = Row.rate("decoding", ONE, NEW, one, "tokens/s", Double.NaN);
    double streams = SAMPLES * single.value();
    return List.of(
        single, Row.rate("decoding", TOGETHER, SAMPLES * NEW, together, "tokens/s", streams));
  }

  /// A text from one token on.
  private static List<Row> texts(Gpt2Inference model) {
    int[] prompt = Decode.ids(0, 1);
    Generator generator = generator(TEXT);
    return both(
        CACHED,
        seconds(model, () -> generator.generate(model, prompt, 1), 3),
        UNCACHED,
        once(length -> generator(length).generate(new Replay(model), prompt, 1), TEXT));
  }

  private static List<Row> steps(Gpt2Inference model) {
    int[] prompt = Decode.ids(0, PROMPT);
    double single = 1000 * step(model, prompt, 1);
    double six = 1000 * step(model, prompt, BEAMS);
    return List.of(
        Row.single("decoding", SINGLE_STEP, single, "ms"),
        new Row("decoding", BEAM_STEP, six, six, "ms", single));
  }

  private static List<Row> beams(Gpt2Inference model) {
    int[] prompt = Decode.ids(0, PROMPT);
    return both(
        CACHED_BEAMS,
        seconds(model, () -> search(NEW).search(model, prompt), 3),
        UNCACHED_BEAMS,
        once(length -> search(length).search(new Replay(model), prompt), NEW));
  }

  private static List<Row> both(String with, double[] cached, String without, double uncached) {
    return List.of(
        Row.time("decoding", with, 1000, cached, "ms", 1000 * uncached),
        Row.single("decoding", without, 1000 * uncached, "ms"));
  }

  /// Seconds of a step after the prompt: a search without what its first token takes.
  private static double step(Gpt2Inference model, int[] prompt, int beams) {
    BeamSearch all = new BeamSearch(beams, 1, NEW);
    BeamSearch first = new BeamSearch(beams, 1, 1);
    double toTheLast = Stopwatch.median(seconds(model, () -> all.search(model, prompt), 3));
    double prefill = Stopwatch.median(seconds(model, () -> first.search(model, prompt), 3));
    return (toTheLast - prefill) / (NEW - 1);
  }

  /// Of some runs, after one to warm up.
  private static double[] seconds(Gpt2Inference model, Runnable work, int runs) {
    return Stopwatch.seconds(
        () -> {
          work.run();
          model.device().synchronize();
        },
        0,
        runs);
  }

  /// Of what takes long by itself: some tokens to warm up, then all of them once. Its end is on the
  /// host.
  private static double once(IntConsumer work, int tokens) {
    work.accept(tokens / 4);
    long start = System.nanoTime();
    work.accept(tokens);
    return (System.nanoTime() - start) * 1e-9;
  }
}
