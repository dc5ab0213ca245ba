package dev.weft.nn.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointSafetyTest {
  @TempDir Path folder;

  private final Device device = Devices.reference();

  @Test
  void noFailureCostsTheLastGoodSave() throws Exception {
    int failing = 0;
    try (NumberedRun run = new NumberedRun(device, 10);
        NumberedRun read = new NumberedRun(device, 10)) {
      for (boolean failed = true; failed; failing++) {
        Path saves = folder.resolve("failing-" + failing);
        Checkpoints good = new Checkpoints(saves, 1);
        good.save(run.set(1).run());
        Checkpoints dying = new Checkpoints(saves, 1, new FailingDisk(8));
        assertThrows(IOException.class, () -> dying.save(run.set(2).run())); // leaves a rest
        FailingDisk disk = new FailingDisk(failing);
        try {
          new Checkpoints(saves, 1, disk).save(run.set(3).run());
          failed = false;
          assertEquals(failing, disk.changes(), "every change has failed once");
        } catch (IOException e) {
          assertTrue(e.getMessage().startsWith("the disk failed"), e.getMessage());
        }
        good.load(good.latest().orElseThrow(), read.run());
        assertTrue(read.number() == 1 || read.number() == 3, "one piece, old or new");
        assertEquals(!failed, read.number() == 3 && CheckpointsTest.names(saves).size() == 1);
        good.save(run.set(4).run());
        assertEquals(
            1,
            CheckpointsTest.names(saves).size(),
            "no rest stays: " + CheckpointsTest.names(saves));
      }
    }
    assertTrue(failing > 25, "changes: " + failing);
  }

  @Test
  void killingTheProcessCostsNoSave() throws Exception {
    Checkpoints checkpoints = new Checkpoints(folder, 2);
    long last = 0;
    try (NumberedRun read = new NumberedRun(device, 100_000)) {
      for (int round = 0; round < 5; round++) {
        long said = runAndKill(30 + 17L * round);
        checkpoints.load(checkpoints.latest().orElseThrow(), read.run());
        assertTrue(read.number() >= said && read.number() <= said + 1, "what was said was saved");
        assertTrue(read.number() > last, "each round goes on from the last");
        last = read.number();
      }
    }
  }

  /// Runs [NumberedRun.Endless] in another JVM until it has saved once and some time has passed,
  /// then kills it; returns the last number that it said.
  private long runAndKill(long millis) throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "--enable-native-access=ALL-UNNAMED",
                NumberedRun.Endless.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out = child.inputReader()) {
      long said = Long.parseLong(out.readLine());
      Thread.sleep(millis);
      child.toHandle().destroyForcibly(); // SIGKILL; what it said can still be read
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        said = Long.parseLong(line);
      }
      return said;
    } finally {
      child.destroyForcibly();
      assertTrue(child.waitFor(20, TimeUnit.SECONDS));
    }
  }
}
