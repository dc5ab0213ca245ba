package dev.weft.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// How Weft's main figures grow with the threads of its team: 1, 2, 4 … and all of them. A team is
/// as large as its JVM was told, so each number of threads has a fresh one, which measures limits
/// on as many threads, too.
final class Threads implements Benchmark {
  private record Work(String benchmark, String variant) {}

  private static final List<Work> WORKS =
      List.of(
          new Work("gemm", "f32 dense 1024x1024x1024"),
          new Work("prefill", "f32 GPT-2 124M, 512 tokens"),
          new Work("decode", "f32 GPT-2 124M, batch 1, context 128"),
          new Work("rnn", "f32 LSTM language model step"));

  @Override
  public String name() {
    return "threads";
  }

  @Override
  public boolean forPeers() {
    return false;
  }

  @Override
  public List<Row> run(Setting setting) throws IOException {
    List<Row> rows = new ArrayList<>();
    if (setting.device().limits() == null || !setting.device().limits().threaded()) {
      return rows; // it has no team
    }
    for (Work work : WORKS) {
      for (int threads : counts(setting.threads())) {
        String variant = work.variant + on(threads);
        if (setting.wants(variant)) {
          rows.add(measure(setting, work, threads).named(name(), variant));
        }
      }
    }
    return rows;
  }

  static String on(int threads) {
    return ", " + threads + (threads == 1 ? " thread" : " threads");
  }

  /// Doubled each time, and the last.
  static List<Integer> counts(int most) {
    List<Integer> counts = new ArrayList<>();
    for (int n = 1; n < most; n *= 2) {
      counts.add(n);
    }
    counts.add(most);
    return counts;
  }

  private static Row measure(Setting setting, Work work, int threads) throws IOException {
    WeftEngine weft = (WeftEngine) setting.engine();
    return Party.measureWeft(
            List.of(),
            work.benchmark,
            "--only=^" + Pattern.quote(work.variant) + "$",
            "--device=" + weft.device().name(),
            "--threads=" + threads,
            "--models=" + weft.models().folder())
        .getFirst();
  }
}
