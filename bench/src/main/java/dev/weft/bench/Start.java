package dev.weft.bench;

import dev.weft.decoding.LanguageModel;
import dev.weft.gpt2.Gpt2Folder;
import dev.weft.gpt2.Gpt2Inference;
import dev.weft.tensor.DType;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// From the start of a JVM until it prints the first token of GPT-2 124M, after a prompt of 16
/// tokens; weights of each type, from its safetensors file. The limit is the time that the file
/// takes to be read from memory, by the device.
final class Start implements Benchmark {
  private static final int RUNS = 5;

  @Override
  public String name() {
    return "start";
  }

  @Override
  public boolean forPeers() {
    return false;
  }

  @Override
  public List<Row> run(Setting setting) throws IOException {
    Path folder = ((WeftEngine) setting.engine()).models().ensureGpt2();
    String device = setting.device().name();
    long bytes = folder.resolve("model.safetensors").toFile().length();
    List<Row> rows = new ArrayList<>();
    for (String dtype : List.of("f32", "bf16", "int8")) {
      String type = WeftEngine.DTYPES.get(dtype).name();
      Setting.Timed timed = setting.timedReading(() -> seconds(device, folder, type));
      String variant = dtype + " GPT-2 124M, first token";
      rows.add(Row.time(name(), variant, 1, timed.seconds(), "s", bytes / timed.bandwidth()));
    }
    return rows;
  }

  /// Seconds of fresh JVMs, sorted; the first, which brings the file into memory, doesn't count.
  private static double[] seconds(String device, Path folder, String type) throws IOException {
    double[] seconds = new double[RUNS];
    for (int i = -1; i < RUNS; i++) {
      double first = FreshJvm.line(First.class, device, folder.toString(), type).seconds();
      if (i >= 0) {
        seconds[i] = first;
      }
    }
    Arrays.sort(seconds);
    return seconds;
  }

  /// The program that is started: device, folder, type of the weights.
  static final class First {
    private First() {}

    /// Prints the first token.
    public static void main(String[] args) throws IOException {
      try (Gpt2Folder folder = Gpt2Folder.open(Path.of(args[1]));
          Gpt2Inference model = folder.inference(Devices.require(args[0]), DType.valueOf(args[2]));
          LanguageModel.Session session = model.open(1);
          Scope _ = Scope.noGrad()) {
        System.out.println(Ops.argmax(session.feed(new int[][] {Decode.ids(0, 16)})).toInts()[0]);
      }
    }
  }
}
