package dev.weft.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.bench.engine.Models;
import dev.weft.tensor.Devices;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class ThreadsTest {
  private static List<Row> measure(String only, int threads) throws IOException {
    WeftEngine weft = new WeftEngine(Devices.require("cpu"), new Models(Path.of("nowhere")));
    Setting setting = new Setting(weft, null, weft.device(), threads, Pattern.compile(only));
    return new Threads().run(setting);
  }

  @Test
  void threadsDoubleUpToAllOfThem() {
    assertEquals(List.of(1), Threads.counts(1));
    assertEquals(List.of(1, 2), Threads.counts(2));
    assertEquals(List.of(1, 2, 4, 6), Threads.counts(6));
    assertEquals(List.of(1, 2, 4, 8), Threads.counts(8));
  }

  @Test
  void aWorkIsMeasuredInAJvmOfSoManyThreads() throws IOException {
    PrintStream out = System.out;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
    Row row;
    try {
      row = measure("gemm|1024x1024x1024, 1 thread$", 2).getFirst();
    } finally {
      System.setOut(out);
    }
    String all = said.toString(StandardCharsets.UTF_8);
    assertTrue(all.lines().anyMatch(line -> line.endsWith(" bits, 1 thread")), all);
    assertEquals("threads", row.benchmark());
    assertEquals("f32 dense 1024x1024x1024, 1 thread", row.variant());
    assertEquals("GFLOP/s", row.unit());
  }
}
