package dev.weft.bench;

import dev.weft.tensor.MachineLimits;
import java.util.ArrayList;
import java.util.List;

/// What the machine itself can do: every other benchmark is printed beside it.
final class Limits implements Benchmark {
  @Override
  public String name() {
    return "limits";
  }

  @Override
  public boolean forPeers() {
    return false;
  }

  @Override
  public List<Row> run(Setting setting) {
    MachineLimits limits = setting.device().limits();
    List<Row> rows = new ArrayList<>();
    if (limits == null) {
      return rows;
    }
    for (int n = 1; n <= (limits.threaded() ? setting.threads() : 1); n++) {
      String on = limits.threaded() ? Threads.on(n) : "";
      double flops = limits.flops(n) / 1e9;
      rows.add(Row.exact(name(), "f32 fused multiply-adds" + on, flops, "GFLOP/s"));
      rows.add(Row.exact(name(), "f32 read" + on, limits.readBandwidth(n) / 1e9, "GB/s"));
    }
    return rows;
  }
}
