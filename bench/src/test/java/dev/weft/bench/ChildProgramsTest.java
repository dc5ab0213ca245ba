package dev.weft.bench;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.gpt2.Gpt2;
import dev.weft.gpt2.Gpt2Config;
import dev.weft.gpt2.Gpt2Folder;
import dev.weft.tensor.DType;
import dev.weft.tensor.Devices;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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
  void theFirstTokenIsMade() {
    assertDoesNotThrow(
        () -> FreshJvm.run(Start.First.class, List.of(), "cpu", folder.toString(), "F32"));
    assertThrows(
        IOException.class,
        () -> FreshJvm.run(Start.First.class, List.of(), "cpu", folder + "/none", "F32"));
  }

  @Test
  void aProcessTellsWhatItHadResident() throws IOException {
    assumeTrue(Memory.residentPeak().isPresent(), "the system doesn't tell what a process has");
    String kibibytes = FreshJvm.output(Memory.Peak.class, "cpu", folder.toString(), "F32", "16");
    int mebibytes = Integer.parseInt(kibibytes.strip()) >> 10;
    assertTrue(mebibytes > 20 && mebibytes < 4_000, kibibytes);
  }
}
