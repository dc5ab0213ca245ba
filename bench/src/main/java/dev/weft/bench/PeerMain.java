package dev.weft.bench;

import dev.weft.bench.engine.Engine;
import dev.weft.bench.engine.Models;
import dev.weft.tensor.Devices;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Measures a peer, the one whose jar is on the class path, after comparing its results with
/// Weft's. `weft bench --peers` starts it.
@Command(name = "weft bench peer", description = "Measures the peer on the class path.")
final class PeerMain implements Callable<Integer> {
  @Parameters private List<String> names = new ArrayList<>();

  @Option(names = "--threads", required = true)
  private int threads;

  @Option(names = "--models", required = true)
  private Path models;

  @Option(names = "--only", defaultValue = "")
  private Pattern only;

  @Option(names = "--rows", required = true)
  private Path rows;

  private final List<String> refused = new ArrayList<>(); // results that were not Weft's

  public static void main(String[] args) {
    System.exit(Main.line(new PeerMain()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Engine.Provider provider = ServiceLoader.load(Engine.Provider.class).findFirst().orElseThrow();
    List<Row> measured = new ArrayList<>();
    try (Engine peer = provider.open(threads, models)) {
      System.out.println(peer.description());
      WeftEngine weft = new WeftEngine(Devices.require("cpu"), new Models(models));
      Setting setting =
          new Setting(peer, weft, null, threads, only, Participant::await, this::refuse);
      for (Benchmark benchmark : Main.ALL) {
        if (names.contains(benchmark.name()) && benchmark.forPeers()) {
          for (Row row : benchmark.run(setting)) {
            System.out.println(row);
            measured.add(row);
          }
        }
      }
    }
    new Measured(measured, refused).write(rows);
    return 0;
  }

  private void refuse(WrongResult result) {
    System.err.println("bench: not timed: " + result.getMessage());
    refused.add(result.getMessage());
  }
}
