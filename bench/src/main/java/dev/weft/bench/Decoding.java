package dev.weft.bench;

import dev.weft.decoding.BeamSearch;
import dev.weft.decoding.Generator;
import dev.weft.decoding.Replay;
import dev.weft.decoding.Sampler;
import dev.weft.gpt2.Gpt2;
import dev.weft.gpt2.Gpt2Config;
import dev.weft.gpt2.Gpt2Inference;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Draw;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// What decoding costs beside the model: draws and beam steps over GPT-2's 50,257 logits; and what
/// it gains: samples of one prompt side by side, and a cached beam search, by GPT-2 124M with
/// random weights in F32.
///
/// The limit of a draw is one reading of the logits at the bandwidth of the same run; that of the
/// samples is as many single streams; that of a step of six beams is one of a single row.
final class Decoding implements Benchmark {
  private static final int VOCABULARY = 50_257;
  private static final int BEAMS = 6;
  private static final int PROMPT = 64;
  private static final int NEW = 64;
  private static final int SAMPLES = 8;
  private static final int DRAWS = 100; // of one measurement
  private static final int RUNS = 21;

  @Override
  public String name() {
    return "decoding";
  }

  @Override
  public List<Row> run(Device device, int threads) {
    List<Row> rows = new ArrayList<>();
    draws(device, threads, rows);
    beamStep(device, threads, rows);
    try (Gpt2 weights = Gpt2.create(Gpt2Config.SMALL, device, DType.F32, 1);
        Gpt2Inference model = Gpt2Inference.of(weights, DType.F32)) {
      samples(model, rows);
      beams(model, rows);
    }
    return rows;
  }

  // ---- without a model ------------------------------------------------------------------------

  private void draws(Device device, int threads, List<Row> rows) {
    Philox random = new Philox(7, Philox.Purpose.INITIALISATION, 0, 0);
    float[] normal = new float[VOCABULARY];
    for (int i = 0; i < VOCABULARY; i++) {
      normal[i] = (float) (2 * random.nextNormal());
    }
    try (Scope _ = Scope.noGrad()) {
      Tensor logits = Tensor.of(device, Shape.of(1, VOCABULARY), normal);
      Tensor equal = Tensor.of(device, Shape.of(1, VOCABULARY), new float[VOCABULARY]);
      Draw.Counts counts = counts(device, random);
      double limit = 1e6 * 4.0 * VOCABULARY / Limits.bandwidth(device, threads);
      rows.add(draw("temperature", logits, 0.8, 0, null, 0, 0, limit));
      rows.add(draw("top-k 40", logits, 0.8, 0, null, 40, 0, limit));
      rows.add(draw("top-p 0.95, N(0, 2)", logits, 0.8, 0, null, 0, 0.95, limit));
      rows.add(draw("top-p 0.95, all equal", equal, 0.8, 0, null, 0, 0.95, limit));
      rows.add(draw("penalty 1024, top-k, top-p", logits, 0.8, 0.5, counts, 40, 0.95, limit));
      rows.add(draw("penalty 1024, top-p", logits, 0.8, 0.5, counts, 0, 0.95, limit));
    }
  }

  /// What 1,024 tokens of a text are: fewer ids, some of them often.
  private static Draw.Counts counts(Device device, Philox random) {
    int[] times = new int[VOCABULARY];
    for (int i = 0; i < 1024; i++) {
      double u = random.nextUniform();
      times[(int) (VOCABULARY * u * u * u)]++;
    }
    int[] ids = IntStream.range(0, VOCABULARY).filter(i -> times[i] > 0).toArray();
    int[] counts = Arrays.stream(ids).map(id -> times[id]).toArray();
    return new Draw.Counts(
        Tensor.ids(device, Shape.of(2), 0, ids.length),
        Tensor.ids(device, Shape.of(ids.length), ids),
        Tensor.ids(device, Shape.of(ids.length), counts));
  }

  private Row draw(
      String what,
      Tensor logits,
      double temperature,
      double penalty,
      Draw.Counts counts,
      int topK,
      double topP,
      double limit) {
    Device device = logits.device();
    int[] step = {0};
    Runnable draws =
        () -> {
          for (int i = 0; i < DRAWS; i++) {
            try (Scope _ = Scope.noGrad()) {
              Tensor steps = Tensor.ids(device, Shape.of(1), step[0]++);
              Tensor sequences = Tensor.ids(device, Shape.of(1), 0);
              Draw draw =
                  new Draw(temperature, penalty, counts, topK, topP, false, 3, steps, sequences);
              Ops.sample(logits, draw).toInts();
            }
          }
        };
    double[] seconds = Stopwatch.seconds(device, draws, 4, RUNS);
    double each = 1e6 / DRAWS;
    return new Row(
        name(),
        "f32 draw, " + what,
        each * Stopwatch.median(seconds),
        each * seconds[RUNS - 1],
        "us",
        limit);
  }

  /// A search by a model that costs nothing: its logits are there already.
  private void beamStep(Device device, int threads, List<Row> rows) {
    try (Scope _ = Scope.noGrad()) {
      FixedLogits model = new FixedLogits(device, VOCABULARY, BEAMS);
      BeamSearch search = new BeamSearch(BEAMS, 2, DRAWS);
      double[] seconds = Stopwatch.seconds(device, () -> search.search(model, 1, 2, 3), 2, RUNS);
      double limit = 1e6 * 4.0 * BEAMS * VOCABULARY / Limits.bandwidth(device, threads);
      double each = 1e6 / DRAWS;
      rows.add(
          new Row(
              name(),
              "f32 beam step, 6 beams, no model",
              each * Stopwatch.median(seconds),
              each * seconds[RUNS - 1],
              "us",
              limit));
    }
  }

  // ---- with GPT-2 124M ------------------------------------------------------------------------

  private void samples(Gpt2Inference model, List<Row> rows) {
    int[] prompt = Decode.ids(PROMPT);
    Generator generator = new Generator(Sampler.of(0.8, 0, 40, 0), 5, NEW);
    double one = NEW / seconds(model, () -> generator.generate(model, prompt, 1), 5);
    double together =
        SAMPLES * NEW / seconds(model, () -> generator.generate(model, prompt, SAMPLES), 3);
    rows.add(rate("f32 GPT-2 124M, 1 sample", one, Double.NaN));
    rows.add(rate("f32 GPT-2 124M, 8 samples", together, SAMPLES * one));
  }

  private Row rate(String variant, double tokensPerSecond, double limit) {
    return new Row(name(), variant, tokensPerSecond, tokensPerSecond, "tokens/s", limit);
  }

  private void beams(Gpt2Inference model, List<Row> rows) {
    int[] prompt = Decode.ids(PROMPT);
    double single = 1000 * step(model, prompt, 1);
    double six = 1000 * step(model, prompt, BEAMS);
    rows.add(new Row(name(), "f32 GPT-2 124M, step of 1 row", single, single, "ms", Double.NaN));
    rows.add(new Row(name(), "f32 GPT-2 124M, step of 6 beams", six, six, "ms", single));
    BeamSearch whole = new BeamSearch(BEAMS, 2, NEW);
    double cached = 1000 * seconds(model, () -> whole.search(model, prompt), 3);
    long start = System.nanoTime();
    whole.search(new Replay(model), prompt); // once: it is long
    double uncached = (System.nanoTime() - start) * 1e-6;
    rows.add(new Row(name(), "f32 GPT-2 124M, beams, cached", cached, cached, "ms", uncached));
    rows.add(
        new Row(name(), "f32 GPT-2 124M, beams, uncached", uncached, uncached, "ms", Double.NaN));
  }

  /// Seconds of a step after the prompt: a search without what its first token takes.
  private static double step(Gpt2Inference model, int[] prompt, int beams) {
    BeamSearch all = new BeamSearch(beams, 1, NEW);
    BeamSearch first = new BeamSearch(beams, 1, 1);
    double toTheLast = seconds(model, () -> all.search(model, prompt), 3);
    return (toTheLast - seconds(model, () -> first.search(model, prompt), 3)) / (NEW - 1);
  }

  /// The median of some runs, after one to warm up.
  private static double seconds(Gpt2Inference model, Runnable work, int runs) {
    return Stopwatch.median(Stopwatch.seconds(model.device(), work, 0, runs));
  }
}
