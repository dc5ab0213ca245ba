package dev.weft.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ParticipantTest {
  private static final String WAIT = "printf 'about to\\005\\n'; read line; ";

  /// A shell that leaves no rows, and whose words may name their file: $1.
  private static Participant shell(Path folder, String words) throws IOException {
    String script = "echo '{}' > $1; " + words;
    return Participant.start(
        file ->
            new ProcessBuilder("sh", "-c", script, "sh", file.toString())
                .directory(folder.toFile()));
  }

  @Test
  void nothingIsDoneBeforeItsTurn(@TempDir Path folder) throws IOException {
    try (Participant participant = shell(folder, WAIT + "touch one; " + WAIT + "touch two")) {
      assertTrue(participant.waits());
      assertFalse(Files.exists(folder.resolve("one")));
      participant.turn();
      assertTrue(participant.waits());
      assertTrue(Files.exists(folder.resolve("one")));
      assertFalse(Files.exists(folder.resolve("two")));
      participant.turn();
      assertFalse(participant.waits());
      assertEquals(new Measured(List.of(), List.of()), participant.measured());
    }
  }

  @Test
  void itsFileIsGoneInTheEnd(@TempDir Path folder) throws IOException {
    shell(folder, "echo $1 > name").close();
    assertFalse(Files.exists(Path.of(Files.readString(folder.resolve("name")).strip())));
    assertThrows(IOException.class, () -> shell(folder, "echo $1 > name; exit 2"));
    assertFalse(Files.exists(Path.of(Files.readString(folder.resolve("name")).strip())));
  }

  @Test
  void oneThatFailsSaysSo(@TempDir Path folder) throws IOException {
    try (Participant participant = shell(folder, WAIT + "exit 7")) {
      IOException e = assertThrows(IOException.class, participant::turn);
      assertEquals("bench: sh ended with status 7; its message stands above", e.getMessage());
      assertFalse(participant.waits());
    }
  }

  @Test
  void oneThatEndsWhileItWaitsSaysSo(@TempDir Path folder) throws Exception {
    String dies = "printf '\\005\\n'; exec 0<&-; exec 1>&-; sleep 0.2; exit 7";
    try (Participant participant = shell(folder, dies)) {
      assertTrue(participant.waits());
      Thread.sleep(400);
      assertThrows(IOException.class, participant::turn);
      assertFalse(participant.waits());
    }
  }

  @Test
  void aWrongResultLeavesTheOthersAndIsTold(@TempDir Path home) throws IOException {
    String row =
        """
        "rows": [{"benchmark": "gemm", "variant": "f32 x", "value": 2, "worst": 1, "unit": "GFLOP/s"}]
        """;
    String refused = row + ", \"refused\": [\"gemm f32 y: wrong\"]";
    Party peer = peer(home, "peer");
    Rounds rounds =
        new Rounds(
            List.of(Party.WEFT, peer),
            List.of(new Gemm()),
            home,
            (benchmark, party) ->
                shell(home, "echo '{" + (party == peer ? refused : row) + "}' > $1"));
    rounds.run(1);
    rounds.run(2);
    assertEquals(
        List.of(
            "peer was not timed in round 1: gemm f32 y: wrong",
            "peer was not timed in round 2: gemm f32 y: wrong"),
        rounds.absences());
    assertEquals(2, rounds.figures().getFirst().rounds());
    assertEquals(1, rounds.figures().getFirst().peerRatio());
  }

  private static Party peer(Path home, String name) throws IOException {
    Path folder = Files.createDirectories(home.resolve("bench/peers").resolve(name));
    Files.writeString(folder.resolve("peer.properties"), "");
    return Party.peer(home, name);
  }

  @Test
  void partiesTakeTurnsAndChangeWhoIsFirst(@TempDir Path home) throws IOException {
    List<Party> parties = List.of(peer(home, "a"), peer(home, "b"), peer(home, "fails"));
    Rounds rounds =
        new Rounds(
            parties,
            List.of(new Gemm()),
            home,
            (benchmark, party) ->
                party.name().equals("fails")
                    ? shell(home, WAIT + "exit 7")
                    : shell(home, (WAIT + "echo " + party.name() + " >> turns; ").repeat(3)));
    rounds.run(1);
    assertEquals(List.of("a", "b", "b", "a", "a", "b"), Files.readAllLines(home.resolve("turns")));
    assertEquals(
        List.of(
            "fails took no part from round 1 on: bench: sh ended with status 7; its message stands above"),
        rounds.absences());
    Files.delete(home.resolve("turns"));
    rounds.run(2);
    assertEquals(List.of("b", "a", "a", "b", "b", "a"), Files.readAllLines(home.resolve("turns")));
  }
}
