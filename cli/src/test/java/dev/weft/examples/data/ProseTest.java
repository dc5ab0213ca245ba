package dev.weft.examples.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProseTest {
  @TempDir private Path folder;

  @Test
  void piecesAreWholeParagraphs() {
    assertEquals(
        List.of("one\ntwo\n\nthree", "four, which is long", "five"),
        Prose.pieces("one\ntwo\n\n \r\nthree\n\n\nfour, which is long\n\nfive\n", 10));
    assertEquals(List.of(), Prose.pieces("\n", 10));
  }

  @Test
  void everyPieceOfEveryFileIsInOnePart() throws IOException {
    List<String> pieces = new ArrayList<>();
    for (String file : List.of("a.txt", "b.txt")) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 20; i++) {
        pieces.add(file + i + " x".repeat(2500));
        text.append(pieces.getLast()).append("\n\n");
      }
      Files.writeString(folder.resolve(file), text);
    }
    Files.writeString(folder.resolve("c.json"), "no prose");
    Split<String> split = Prose.read(folder, "moby-dick", 3);
    assertEquals(2, split.validation().size());
    assertEquals(2, split.test().size());
    TreeSet<String> all = new TreeSet<>(split.training());
    all.addAll(split.validation());
    all.addAll(split.test());
    assertEquals(new TreeSet<>(pieces), all);
    assertEquals(split, Prose.read(folder, "moby-dick", 3));
    assertFalse(split.equals(Prose.read(folder, "moby-dick", 4)));
  }

  @Test
  void withoutTheFolderTheLineThatFetchesItIsTold() {
    Path none = folder.resolve("none");
    var e = assertThrows(MissingDataException.class, () -> Prose.read(none, "moby-dick", 1));
    assertEquals(
        "there is no text in " + none + "; fetch it with: tools/data/fetch moby-dick " + none,
        e.getMessage());
  }

  @Test
  void madeUpVerbsAgreeWithTheirSubject() {
    Split<String> prose = Prose.generated(40, 5, 3);
    assertEquals(prose, Prose.generated(40, 5, 3));
    assertEquals(40, prose.size());
    int sentences = 0;
    for (String piece : prose.training()) {
      for (String sentence : piece.split(" \\.\\s*")) {
        String subject =
            sentence.split(" (near|behind|beyond|above|see|follow|meet|leave|pass)")[0];
        boolean plural = subject.endsWith("s");
        assertEquals(plural, sentence.matches(".* (see|follow|meet|leave|pass) .*"), sentence);
        sentences++;
      }
    }
    assertTrue(sentences == 5 * prose.training().size(), "" + sentences);
  }
}
