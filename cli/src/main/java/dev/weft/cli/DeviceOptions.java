package dev.weft.cli;

import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import picocli.CommandLine.Option;

/// Where to compute.
final class DeviceOptions {
  /// Starting far more threads than there are cores takes minutes and helps nobody.
  private static final int MOST_THREADS = 1024;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = "cpu, cuda, cuda:1, reference (default: the fastest that is here).")
  private String name;

  @Option(names = "--threads", paramLabel = "N", description = "CPU threads (default: all cores).")
  private Integer threads;

  /// The device, opened with that many threads.
  Device open() {
    setThreads(threads);
    if (name == null) {
      return Devices.best();
    }
    try {
      return Devices.open(name);
    } catch (IllegalArgumentException e) {
      throw Failure.user(e.getMessage() + "; `weft doctor` lists what is here", e);
    }
  }

  /// Sets the number of CPU threads, which the CPU device reads when it opens; null leaves it.
  static void setThreads(Integer threads) {
    if (threads == null) {
      return;
    }
    if (threads < 1 || threads > MOST_THREADS) {
      throw Failure.user(
          "--threads must be at least 1 and at most " + MOST_THREADS + " but is " + threads);
    }
    System.setProperty("weft.threads", threads.toString());
  }
}
