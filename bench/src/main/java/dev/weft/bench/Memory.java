package dev.weft.bench;

import dev.weft.bench.engine.Engine;
import dev.weft.decoding.Generator;
import dev.weft.decoding.LanguageModel;
import dev.weft.decoding.Replay;
import dev.weft.gpt2.Gpt2Config;
import dev.weft.gpt2.Gpt2Folder;
import dev.weft.gpt2.Gpt2Inference;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The most memory that a work has at once on its device: weights, caches, activations, gradients,
/// moments. The limit of decoding is its weights and its cache alone; that of training four times
/// the weights: gradients and Adam's two moments, too. On Linux also the most that a process has
/// resident which reads the weights from their file and decodes with them: the JVM's own memory and
/// what it has mapped of the file are in that.
final class Memory implements Benchmark {
  private static final double MEBIBYTE = 1 << 20;

  /// What Linux says of a process; see proc(5).
  private static final Path STATUS = Path.of("/proc/self/status");

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public boolean forPeers() {
    return false;
  }

  @Override
  public List<Row> run(Setting setting) throws IOException {
    List<Row> rows = new ArrayList<>();
    WeftEngine weft = (WeftEngine) setting.engine();
    for (String dtype : List.of("f32", "bf16", "int8")) {
      for (int length : new int[] {128, 512, 1024}) {
        String variant = dtype + " GPT-2 124M, " + length + " tokens";
        rows.add(decoding(weft, variant, dtype, 1, length));
      }
      if (residentPeak().isPresent()) {
        rows.add(process(weft, dtype, 1024));
      }
      for (int batch : new int[] {1, 8, 32}) {
        String variant = dtype + " GPT-2 124M, batch " + batch + ", 128 tokens";
        rows.add(decoding(weft, variant, dtype, batch, 128));
      }
    }
    generation(weft, rows);
    for (int[] batch : Gpt2Training.BATCHES) {
      long parameters = Gpt2Config.SMALL.parameterCount();
      var work = Gpt2Training.work(batch[0], batch[1]);
      rows.add(training(weft, Gpt2Training.variant(batch), parameters, () -> weft.train(work)));
    }
    for (var work : RecurrentTraining.works()) {
      String variant = "f32 " + work.title() + " step";
      rows.add(training(weft, variant, work.parameters(), () -> weft.train(work)));
    }
    return rows;
  }

  private Row decoding(WeftEngine weft, String variant, String dtype, int batch, int length)
      throws IOException {
    try (Gpt2Inference model = weft.gpt2(dtype)) {
      return generating(variant, model, batch, length, () -> decode(model, batch, length));
    }
  }

  /// Samples, texts with and without the cache, and beams.
  private void generation(WeftEngine weft, List<Row> rows) throws IOException {
    int[] prompt = Decode.ids(0, Generation.PROMPT);
    int length = Generation.PROMPT + Generation.NEW;
    int text = Generation.TEXT;
    try (Gpt2Inference model = weft.gpt2("f32")) {
      Generator samples = Generation.generator(Generation.NEW);
      rows.add(
          generating(
              Generation.TOGETHER,
              model,
              Generation.SAMPLES,
              length,
              () -> samples.generate(model, prompt, Generation.SAMPLES)));
      Generator cached = Generation.generator(text);
      rows.add(
          generating(
              Generation.CACHED,
              model,
              1,
              text,
              () -> cached.generate(model, Decode.ids(0, 1), 1)));
      // Without the cache, which the limit then lacks, the last step takes the most.
      rows.add(
          generating(
              Generation.UNCACHED, model, 0, text, () -> decode(new Replay(model), 1, text)));
      rows.add(
          generating(
              Generation.CACHED_BEAMS,
              model,
              Generation.BEAMS,
              length,
              () -> Generation.search(Generation.NEW).search(model, prompt)));
      rows.add(
          generating(
              Generation.UNCACHED_BEAMS,
              model,
              0,
              length,
              () -> decode(new Replay(model), Generation.BEAMS, length)));
    }
  }

  /// What a model takes while it decodes; the limit has caches for so many sequences.
  private Row generating(
      String variant, Gpt2Inference model, int sequences, int length, Runnable work) {
    Device device = model.device();
    device.resetPeak(); // making the model takes one matrix more
    long before = device.stats().liveBytes() - model.bytes();
    work.run();
    long least = model.bytes() + sequences * model.config().cacheBytes(length);
    return row(variant, device.stats().peakBytes() - before, least);
  }

  /// Makes what is to be trained.
  private interface Opening {
    Engine.Training open() throws IOException;
  }

  private Row training(WeftEngine weft, String variant, long parameters, Opening opening)
      throws IOException {
    Device device = weft.device();
    device.resetPeak();
    long before = device.stats().liveBytes();
    try (Engine.Training training = opening.open()) {
      training.step();
      return row(variant, device.stats().peakBytes() - before, 4 * 4 * parameters);
    }
  }

  /// Prompts, and one token more of each.
  private static void decode(LanguageModel model, int batch, int length) {
    try (LanguageModel.Session session = model.open(batch)) {
      session.feed(Decode.prompts(batch, length - 1));
      session.feed(Decode.prompts(batch, 1));
    }
  }

  private Row process(WeftEngine weft, String dtype, int length) throws IOException {
    String folder = weft.models().ensureGpt2().toString();
    String type = WeftEngine.DTYPES.get(dtype).name();
    String device = weft.device().name();
    String kibibytes = FreshJvm.line(Peak.class, device, folder, type, "" + length).line();
    long least = (long) Decode.weightBytes(dtype) + Gpt2Config.SMALL.cacheBytes(length);
    String variant = dtype + " GPT-2 124M, " + length + " tokens, process";
    return row(variant, Long.parseLong(kibibytes) << 10, least);
  }

  /// Decodes in a JVM of its own and prints the most KiB that it had resident: device, folder, type
  /// of the weights, tokens.
  static final class Peak {
    private Peak() {}

    /// Ends with that number.
    public static void main(String[] args) throws IOException {
      int length = Integer.parseInt(args[3]);
      try (Gpt2Folder folder = Gpt2Folder.open(Path.of(args[1]));
          Gpt2Inference model =
              folder.inference(Devices.require(args[0]), DType.valueOf(args[2]))) {
        decode(model, 1, length);
      }
      System.out.println(residentPeak().orElseThrow());
    }
  }

  /// The most KiB that this process had resident; empty where the system doesn't say.
  static Optional<String> residentPeak() throws IOException {
    if (!Files.exists(STATUS)) {
      return Optional.empty();
    }
    try (Stream<String> lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .map(line -> line.replaceAll("\\D", ""))
          .findFirst();
    }
  }

  private Row row(String variant, long bytes, long least) {
    return new Row(name(), variant, bytes / MEBIBYTE, bytes / MEBIBYTE, "MiB", least / MEBIBYTE);
  }
}
