package dev.weft.bench;

import dev.weft.tensor.Device;
import java.util.List;

/// One thing that `weft bench` measures.
interface Benchmark {
  /// As on the command line.
  String name();

  /// Measures; `threads` is the size of the device's worker team.
  List<Row> run(Device device, int threads);
}
