package dev.weft.bench;

import dev.weft.decoding.BeamSearch;
import dev.weft.decoding.Generator;
import dev.weft.decoding.Replay;
import dev.weft.decoding.Sampler;
import dev.weft.gpt2.Gpt2Inference;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Draw;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// What decoding costs beside the model, and what it gains: samples of one prompt side by side,
/// and a cached beam search, by GPT-2 124M with random weights in F32.
///
/// The limit of a draw is one reading of the logits at the bandwidth of the same run; that of the
/// samples is as many single streams; that of a step of six beams is one of a single row.
final class Decoding implements Benchmark {
  private static final int BEAMS = 6;
  private static final int PROMPT = 64;
  private static final int NEW = 64;
  private static final int SAMPLES = 8;

  @Override
  public String name() {
    return "decoding";
  }

  @Override
  public List<Row> run(Setting setting) throws IOException {
    List<Row> rows = new ArrayList<>();
    Draws.measure(setting, rows);
    if (setting.engine() instanceof WeftEngine weft) {
      penalties(setting, weft.device(), rows);
      if (!setting.wants("f32 GPT-2 124M")) {
        return rows;
      }
      try (Gpt2Inference model = weft.gpt2("f32")) {
        samples(model, rows);
        beams(model, rows);
      }
    }
    return rows;
  }

  // ---- without a model ------------------------------------------------------------------------

  private static void penalties(Setting setting, Device device, List<Row> rows) {
    double limit = 1e6 * 4.0 * Draws.VOCABULARY / setting.bandwidth();
    float[] normal = FixedLogits.normal(Draws.VOCABULARY, 1);
    try (Owner owner = new Owner("bench")) {
      Draw.Counts counts = counts(owner, device);
      float[] equal = new float[Draws.VOCABULARY];
      draw(setting, "top-p 0.95, all equal", device, equal, 0, null, 0, limit, rows);
      draw(setting, "penalty 1024, top-k, top-p", device, normal, 0.5, counts, 40, limit, rows);
      draw(setting, "penalty 1024, top-p", device, normal, 0.5, counts, 0, limit, rows);
    }
  }

  private static void draw(
      Setting setting,
      String what,
      Device device,
      float[] logits,
      double penalty,
      Draw.Counts counts,
      int topK,
      double limit,
      List<Row> rows) {
    if (!setting.wants("f32 draw, " + what)) {
      return;
    }
    try (WeftDraws draws = new WeftDraws(device, logits, penalty, counts, topK, 0.95)) {
      rows.add(Draws.time("draw, " + what, draws, limit));
    }
  }

  /// What 1,024 tokens of a text are: fewer ids, some of them often.
  private static Draw.Counts counts(Owner owner, Device device) {
    Philox random = new Philox(7, Philox.Purpose.INITIALISATION, 0, 0);
    int[] times = new int[Draws.VOCABULARY];
    for (int i = 0; i < 1024; i++) {
      double u = random.nextUniform();
      times[(int) (times.length * u * u * u)]++;
    }
    int[] ids = IntStream.range(0, times.length).filter(i -> times[i] > 0).toArray();
    int[] counts = Arrays.stream(ids).map(id -> times[id]).toArray();
    return new Draw.Counts(
        ints(owner, device, 0, ids.length), ints(owner, device, ids), ints(owner, device, counts));
  }

  private static Tensor ints(Owner owner, Device device, int... values) {
    return owner.empty(device, DType.I32, Shape.of(values.length)).set(values);
  }

  // ---- with GPT-2 124M ------------------------------------------------------------------------

  private void samples(Gpt2Inference model, List<Row> rows) {
    int[] prompt = Decode.ids(0, PROMPT);
    Generator generator = new Generator(Sampler.of(0.8, 0, 40, 0), 5, NEW);
    double[] one = seconds(model, () -> generator.generate(model, prompt, 1), 5);
    double[] together = seconds(model, () -> generator.generate(model, prompt, SAMPLES), 3);
    Row single = Row.rate(name(), "f32 GPT-2 124M, 1 sample", NEW, one, "tokens/s", Double.NaN);
    rows.add(single);
    rows.add(
        Row.rate(
            name(),
            "f32 GPT-2 124M, 8 samples",
            SAMPLES * NEW,
            together,
            "tokens/s",
            SAMPLES * single.value()));
  }

  private void beams(Gpt2Inference model, List<Row> rows) {
    int[] prompt = Decode.ids(0, PROMPT);
    double single = 1000 * step(model, prompt, 1);
    double six = 1000 * step(model, prompt, BEAMS);
    rows.add(Row.exact(name(), "f32 GPT-2 124M, step of 1 row", single, "ms"));
    rows.add(new Row(name(), "f32 GPT-2 124M, step of 6 beams", six, six, "ms", single));
    BeamSearch whole = new BeamSearch(BEAMS, 2, NEW);
    double[] cached = seconds(model, () -> whole.search(model, prompt), 3);
    long start = System.nanoTime();
    whole.search(new Replay(model), prompt); // once: it is long
    double uncached = (System.nanoTime() - start) * 1e-6;
    rows.add(Row.time(name(), "f32 GPT-2 124M, beams, cached", 1000, cached, "ms", uncached));
    rows.add(Row.exact(name(), "f32 GPT-2 124M, beams, uncached", uncached, "ms"));
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
}
