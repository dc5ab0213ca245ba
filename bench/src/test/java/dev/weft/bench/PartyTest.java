package dev.weft.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PartyTest {
  private static Path peer(Path home, String name, String properties) throws IOException {
    Path folder = home.resolve("bench/peers").resolve(name);
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("peer.properties"), properties);
    return folder;
  }

  @Test
  void theCheckoutsPeersAreFoundByTheirProperties() throws IOException {
    List<String> peers = Party.peers(Path.of(".."));
    assertTrue(peers.containsAll(List.of("onednn", "openblas")), peers::toString);
    assertEquals("oneDNN 3.11", Party.peer(Path.of(".."), "onednn").title());
  }

  @Test
  void aFolderWithoutPropertiesIsNoPeer(@TempDir Path home) throws IOException {
    peer(home, "one", "title = One");
    Files.createDirectories(home.resolve("bench/peers/target"));
    assertEquals(List.of("one"), Party.peers(home));
    assertEquals(List.of(), Party.peers(home.resolve("elsewhere")));
  }

  @Test
  void aPeerThatWasNotBuiltSaysHowToStart(@TempDir Path home) throws IOException {
    peer(home, "one", "title = One");
    Party party = Party.peer(home, "one");
    IOException e = assertThrows(IOException.class, () -> party.start(List.of("gemm"), 2));
    assertTrue(e.getMessage().contains("./weft bench --peers one"), e.getMessage());
  }

  @Test
  void aBenchmarkMayHaveOptionsOfItsOwn(@TempDir Path home) throws IOException {
    peer(home, "one", "java = -Xmx1g -Dthreads={threads}\njava.train = -Da=b\njava.rnn = -Dc=d");
    Party party = Party.peer(home, "one");
    assertEquals(List.of("-Xmx1g", "-Dthreads=2", "-Da=b"), party.words("java", "train", 2));
    assertEquals(List.of("-Xmx1g", "-Dthreads=2"), party.words("java", "gemm", 2));
    assertEquals(List.of(), party.words("environment", "train", 2));
  }

  @Test
  void whatAPeerReadsIsMadeInTheCheckout(@TempDir Path home) throws IOException {
    peer(home, "one", "prepare = cp bench/peers/one/peer.properties {models}");
    Path models = Files.createDirectories(home.resolve("models"));
    Party.peer(home, "one").prepare(home, models);
    assertTrue(Files.exists(models.resolve("peer.properties")));
  }

  @Test
  void aCommandThatFailsIsNamed(@TempDir Path home) throws IOException {
    peer(home, "one", "prepare = false {models}");
    Party party = Party.peer(home, "one");
    IOException e = assertThrows(IOException.class, () -> party.prepare(home, home));
    assertTrue(e.getMessage().startsWith("bench: false ended with status 1;"), e.getMessage());
  }

  @Test
  void aPeerThatFailsIsLeftOutAndTheRestGoesOn(@TempDir Path home) throws IOException {
    peer(home, "one", "prepare = false");
    Path models = Files.createDirectories(home.resolve("models"));
    Rounds rounds =
        new Rounds(
            List.of(Party.peer(home, "one")),
            List.of(new Gemm()),
            models,
            (benchmark, party) -> party.start(List.of(benchmark.name()), 2));
    rounds.prepareParties(home);
    rounds.run(1); // would say that it was not built
    assertEquals(1, rounds.absences().size());
    String why = rounds.absences().getFirst();
    assertTrue(why.startsWith("one took no part from round 1 on: bench: false ended"), why);
  }
}
