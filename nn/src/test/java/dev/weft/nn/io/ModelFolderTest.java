package dev.weft.nn.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFolderTest {
  private static final byte[] NEW = "new".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;

  @Test
  void aWriteThatFailsKeepsTheOldFile() throws IOException {
    Path file = folder.resolve("config.json");
    int failing = 0;
    for (boolean failed = true; failed; failing++) {
      Files.writeString(file, "old");
      FailingDisk disk = new FailingDisk(failing);
      try {
        ModelFolder.write(disk, file, NEW);
        failed = false;
      } catch (IOException e) {
        assertTrue(e.getMessage().startsWith("the disk failed"), e.getMessage());
      }
      // Its new name is the fourth change: created, written and forced before that.
      assertEquals(failing < 4 ? "old" : "new", Files.readString(file), "failing at " + failing);
    }
    assertEquals(7, failing, "it was removed aside, and its folder forced, after that");
    assertEquals(List.of("config.json"), CheckpointsTest.names(folder));
  }

  @Test
  void aFileIsMadeWhereThereIsNone() throws IOException {
    Path file = folder.resolve("config.json");
    ModelFolder.write(file, NEW);
    assertEquals("new", Files.readString(file));
    Path none = folder.resolve("none/config.json");
    assertThrows(IOException.class, () -> ModelFolder.write(none, NEW));
    assertFalse(Files.exists(none));
  }
}
