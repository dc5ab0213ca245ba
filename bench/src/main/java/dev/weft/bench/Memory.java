package dev.weft.bench;

import dev.weft.bench.engine.Engine;
import dev.weft.decoding.LanguageModel;
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
/// the weights. On Linux also the most that a process has resident which reads the weights from
/// their file and decodes with them: the JVM's own memory and what it has mapped of the file are in
/// that.
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
        rows.add(decoding(weft, dtype, length));
      }
      if (residentPeak().isPresent()) {
        rows.add(process(weft, dtype, 1024));
      }
    }
    weft.device().resetPeak();
    long before = weft.device().stats().liveBytes();
    try (Engine.Training training = weft.train(Gpt2Training.work(4, 64))) {
      training.step();
      long weights = 4 * 4 * Gpt2Config.SMALL.parameterCount();
      rows.add(row("f32 GPT-2 124M 4x64 step", peak(weft.device(), before), weights));
    }
    for (var work : RecurrentTraining.works()) {
      weft.device().resetPeak();
      before = weft.device().stats().liveBytes();
      try (WeftRecurrentTraining training = (WeftRecurrentTraining) weft.train(work)) {
        training.step();
        long weights = 4 * training.bytes();
        rows.add(row("f32 " + work.title() + " step", peak(weft.device(), before), weights));
      }
    }
    return rows;
  }

  private Row decoding(WeftEngine weft, String dtype, int length) throws IOException {
    long before = weft.device().stats().liveBytes();
    try (var model = weft.gpt2(dtype);
        var session = model.open(1)) {
      weft.device().resetPeak(); // making the model takes one matrix more
      decode(session, length);
      long least = model.bytes() + model.config().cacheBytes(length);
      String variant = dtype + " GPT-2 124M, " + length + " tokens";
      return row(variant, peak(weft.device(), before), least);
    }
  }

  /// A prompt, and one token more.
  private static void decode(LanguageModel.Session session, int length) {
    session.feed(new int[][] {Decode.ids(0, length - 1)});
    session.feed(new int[][] {{0}});
  }

  private Row process(WeftEngine weft, String dtype, int length) throws IOException {
    String folder = weft.models().ensureGpt2().toString();
    String type = WeftEngine.DTYPES.get(dtype).name();
    String device = weft.device().name();
    String kibibytes = FreshJvm.output(Peak.class, device, folder, type, "" + length);
    long least = (long) Decode.weightBytes(dtype) + Gpt2Config.SMALL.cacheBytes(length);
    String variant = dtype + " GPT-2 124M, " + length + " tokens, process";
    return row(variant, Long.parseLong(kibibytes.strip()) << 10, least);
  }

  /// Decodes in a JVM of its own and prints the most KiB that it had resident: device, folder, type
  /// of the weights, tokens.
  static final class Peak {
    private Peak() {}

    /// Ends with that number.
    public static void main(String[] args) throws IOException {
      int length = Integer.parseInt(args[3]);
      try (Gpt2Folder folder = Gpt2Folder.open(Path.of(args[1]));
          Gpt2Inference model = folder.inference(Devices.require(args[0]), DType.valueOf(args[2]));
          LanguageModel.Session session = model.open(1)) {
        decode(session, length);
      }
      System.out.println(residentPeak().orElseThrow());
    }
  }

  /// The most KiB that this process had resident; empty where the system doesn't say.
  private static Optional<String> residentPeak() throws IOException {
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

  private static long peak(Device device, long before) {
    return device.stats().peakBytes() - before;
  }

  private Row row(String variant, long bytes, long least) {
    return new Row(name(), variant, bytes / MEBIBYTE, bytes / MEBIBYTE, "MiB", least / MEBIBYTE);
  }
}
