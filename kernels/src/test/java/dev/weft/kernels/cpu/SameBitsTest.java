package dev.weft.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The same bits at every number of threads, every vector width, compiled or not, early or late.
class SameBitsTest {
  /// Rows and row length of matrices that are cut into many slices, with ragged ends.
  private static final int ROWS = 301;

  private static final int LENGTH = 1031;

  @Test
  void theNumberOfThreadsChangesNoBit() {
    long one = Workload.digest(CpuDevice.withThreads(1), ROWS, LENGTH);
    for (int threads : new int[] {2, 3, 7}) {
      Device device = CpuDevice.withThreads(threads);
      assertEquals(one, Workload.digest(device, ROWS, LENGTH), threads + " threads");
      assertEquals(0, device.stats().liveBytes());
    }
    assertNotEquals(one, Workload.digest(CpuDevice.withThreads(2), ROWS, LENGTH - 1));
  }

  @Test
  void theFirstCallAndTheTenThousandthGiveTheSameBits() {
    Device device = Devices.require("cpu");
    long first = Workload.digest(device, 3, 37);
    for (int call = 2; call <= 10_000; call++) {
      assertEquals(first, Workload.digest(device, 3, 37), "call " + call);
    }
  }

  @Test
  void interpretedAndCompiledCodeGiveTheSameBits() throws Exception {
    long here = Workload.digest(Devices.require("cpu"), 5, 83);
    assertEquals(here, digestOf("-Xint"));
    assertEquals(here, digestOf("-XX:TieredStopAtLevel=1"));
  }

  @Test
  void theVectorWidthChangesNoBit() throws Exception {
    long here = Workload.digest(Devices.require("cpu"), 5, 83);
    for (int bits : new int[] {0, 128, 256, 512}) {
      long there = digestOf("-Dweft.anyWidth=true", "-Dweft.vectorBits=" + bits);
      assertEquals(here, there, bits + " bits");
    }
  }

  /// The digest that a JVM of its own computes, started with more flags.
  private static long digestOf(String... flags) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of(flags));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Workload.class.getName(), "5", "83"));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(2, TimeUnit.MINUTES));
    assertEquals(0, process.exitValue());
    return Long.parseLong(output.strip());
  }
}
