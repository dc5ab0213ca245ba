package dev.weft.bench;

import dev.weft.tensor.MachineLimits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What the machine itself can do, by vectors of each width that it has: every other benchmark is
/// printed beside it.
final class Limits implements Benchmark {
  private static final String WIDTH = "weft.vectorBits";

  @Override
  public String name() {
    return "limits";
  }

  @Override
  public boolean forPeers() {
    return false;
  }

  @Override
  public List<Row> run(Setting setting) throws IOException {
    MachineLimits limits = setting.device().limits();
    List<Row> rows = new ArrayList<>();
    if (limits == null) {
      return rows;
    }
    for (int n = 1; n <= (limits.threaded() ? setting.threads() : 1); n++) {
      String on = limits.threaded() ? Threads.on(n) : "";
      double flops = limits.flops(n) / 1e9;
      rows.add(Row.single(name(), "f32 fused multiply-adds" + on, flops, "GFLOP/s"));
      rows.add(Row.single(name(), "f32 read" + on, limits.readBandwidth(n) / 1e9, "GB/s"));
    }
    if (System.getProperty(WIDTH) == null) {
      for (int bits = 128; bits < limits.vectorBits(); bits *= 2) {
        String width = ", " + bits + " bits";
        measure(setting, bits).forEach(row -> rows.add(row.named(name(), row.variant() + width)));
      }
    }
    return rows;
  }

  /// With vectors of another width, in a JVM of its own.
  private List<Row> measure(Setting setting, int bits) throws IOException {
    return Party.measureWeft(
        List.of("-D" + WIDTH + "=" + bits),
        name(),
        "--device=" + setting.device().name(),
        "--threads=" + setting.threads());
  }
}
