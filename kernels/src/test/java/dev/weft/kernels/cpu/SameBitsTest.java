package dev.weft.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.FreshJvm;
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
  private static long digestOf(String... flags) throws Exception {
    return Long.parseLong(FreshJvm.output(Workload.class, FreshJvm.vectorsAnd(flags), "5", "83"));
  }
}
