package dev.weft.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.decoding.LanguageModel;
import dev.weft.gpt2.Gpt2;
import dev.weft.gpt2.Gpt2Config;
import dev.weft.gpt2.Gpt2Folder;
import dev.weft.gpt2.Gpt2Inference;
import dev.weft.tensor.DType;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The programs that `start` and `memory` run in JVMs of their own, with a small model.
final class ChildProgramsTest {
  @TempDir static Path folder;

  @BeforeAll
  static void saveAModel() throws IOException {
    Gpt2Config config = new Gpt2Config(2_000, 64, 32, 1, 2, 1e-5);
    try (Gpt2 model = Gpt2.create(config, Devices.require("cpu"), DType.F32, 1)) {
      Gpt2Folder.save(model, folder, DType.F32);
    }
  }

  @Test
  @DisplayName("S1-97: the time to the first token is that of a program which makes it")
  void theFirstTokenIsMade() throws IOException {
    FreshJvm.Printed printed = FreshJvm.line(Start.First.class, "cpu", folder.toString(), "F32");
    try (Gpt2Folder saved = Gpt2Folder.open(folder);
        Gpt2Inference model = saved.inference(Devices.require("reference"), DType.F32);
        LanguageModel.Session session = model.open(1);
        Scope _ = Scope.noGrad()) {
      int[] first = Ops.argmax(session.feed(new int[][] {Decode.ids(0, 16)})).toInts();
      assertEquals(first[0], Integer.parseInt(printed.line()));
    }
    assertThrows(
        IOException.class, () -> FreshJvm.line(Start.First.class, "cpu", folder + "/none", "F32"));
  }

  /// Prints a line, and two seconds later as many more as it is told.
  static final class Lines {
    private Lines() {}

    public static void main(String[] args) throws InterruptedException {
      System.out.println("one");
      Thread.sleep(2000);
      System.out.print("more\n".repeat(Integer.parseInt(args[0])));
    }
  }

  @Test
  void theClockStopsAtTheLineAndThereIsOnlyOne() throws IOException {
    long start = System.nanoTime();
    FreshJvm.Printed printed = FreshJvm.line(Lines.class, "0");
    double whole = (System.nanoTime() - start) * 1e-9;
    assertEquals("one", printed.line());
    assertTrue(printed.seconds() > 0 && printed.seconds() < whole - 0.9, printed + " of " + whole);
    assertThrows(IOException.class, () -> FreshJvm.line(Lines.class, "1"));
  }

  @Test
  void aProcessTellsWhatItHadResident() throws IOException {
    assumeTrue(Memory.residentPeak().isPresent(), "the system doesn't tell what a process has");
    String kibibytes =
        FreshJvm.line(Memory.Peak.class, "cpu", folder.toString(), "F32", "16").line();
    int mebibytes = Integer.parseInt(kibibytes) >> 10;
    assertTrue(mebibytes > 20 && mebibytes < 4_000, kibibytes);
  }
}
