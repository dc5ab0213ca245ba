package dev.weft.bench;

import java.io.IOException;
import java.util.List;

/// One thing that `weft bench` measures.
interface Benchmark {
  /// As on the command line.
  String name();

  /// Measures what the setting's engine can do of it.
  List<Row> run(Setting setting) throws IOException;

  /// Whether peers can do it, too; if not, the engine is Weft's.
  default boolean forPeers() {
    return true;
  }
}
