package dev.weft.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ParticipantTest {
  /// A shell that waits, and does one thing at each turn.
  private static ProcessBuilder shell(Path folder, String... turns) {
    StringBuilder script = new StringBuilder();
    for (String turn : turns) {
      script.append("printf 'about to\\005\\n'; read line; ").append(turn).append("; ");
    }
    return new ProcessBuilder("sh", "-c", script.toString()).directory(folder.toFile());
  }

  @Test
  void nothingIsDoneBeforeItsTurn(@TempDir Path folder) throws IOException {
    Path rows = folder.resolve("rows");
    ProcessBuilder command = shell(folder, "touch one", "echo '[]' > rows");
    try (Participant participant = Participant.start(command, rows)) {
      assertTrue(participant.waits());
      assertFalse(Files.exists(folder.resolve("one")));
      participant.turn();
      assertTrue(participant.waits());
      assertTrue(Files.exists(folder.resolve("one")));
      assertFalse(Files.exists(rows));
      participant.turn();
      assertFalse(participant.waits());
      assertEquals(0, participant.rows().size());
    }
    assertFalse(Files.exists(rows));
  }

  @Test
  void oneThatFailsSaysSo(@TempDir Path folder) throws IOException {
    ProcessBuilder command = shell(folder, "exit 3");
    try (Participant participant = Participant.start(command, folder.resolve("rows"))) {
      IOException e = assertThrows(IOException.class, participant::turn);
      assertEquals("bench: sh ended with status 3; its message stands above", e.getMessage());
      assertFalse(participant.waits());
    }
  }
}
