package dev.weft.gpt2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {
  private static final int END = -1;

  @TempDir private Path folder;
  private String text;

  @BeforeEach
  void write() throws IOException {
    StringBuilder words = new StringBuilder();
    for (int i = 0; words.length() < 12 * Corpus.PIECE; i++) {
      words.append("word").append(i).append(i % 9 == 0 ? "\n" : " ");
    }
    text = words.toString();
    Files.writeString(folder.resolve("a.txt"), text);
    Files.writeString(folder.resolve("b.txt"), "short");
    Files.write(folder.resolve("c.bin"), new byte[] {(byte) 0xff});
  }

  private Corpus read(double share, long seed) throws IOException {
    return Corpus.read(List.of(folder), s -> s.chars().toArray(), END, share, seed);
  }

  @Test
  void everyCharacterIsInOnePartAndEachFileEnds() throws IOException {
    Corpus corpus = read(0.25, 3);
    int[] both =
        IntStream.concat(Arrays.stream(corpus.training()), Arrays.stream(corpus.validation()))
            .filter(id -> id != END)
            .sorted()
            .toArray();
    assertArrayEquals((text + "short").chars().sorted().toArray(), both);
    assertEquals(2, Arrays.stream(corpus.training()).filter(id -> id == END).count());
    assertEquals(4, Math.round((double) corpus.validation().length / Corpus.PIECE), "of 14");
  }

  @Test
  void theSeedDealsThePieces() throws IOException {
    assertArrayEquals(read(0.25, 3).validation(), read(0.25, 3).validation());
    assertTrue(!Arrays.equals(read(0.25, 3).validation(), read(0.25, 4).validation()));
    assertEquals(0, read(0, 3).validation().length);
  }

  @Test
  void aShortTextKeepsMostOfItselfForTraining() throws IOException {
    for (int length : new int[] {5, 1000, 30_000}) {
      Path file = Files.writeString(folder.resolve("short.txt"), text.substring(0, length));
      Corpus corpus = Corpus.read(List.of(file), s -> s.chars().toArray(), END, 0.02, 3);
      assertEquals(length + 1, corpus.training().length + corpus.validation().length);
      assertTrue(corpus.training().length > 0.7 * length, "of " + length);
      assertEquals(length > 200, corpus.validation().length > 0, "of " + length);
    }
  }

  @Test
  void piecesBreakAtWhiteSpaceOnly() {
    List<String> pieces = Corpus.pieces(text, Corpus.PIECE);
    assertEquals(text, String.join("", pieces));
    for (String piece : pieces.subList(1, pieces.size())) {
      assertTrue(Character.isWhitespace(piece.charAt(0)));
    }
  }

  @Test
  void batchesAreRunsOfIdsDrawnByTheStep() {
    int[] ids = IntStream.range(0, 50).toArray();
    int[][] batch = Corpus.batch(ids, 400, 48, 5, 7);
    assertArrayEquals(batch, Corpus.batch(ids, 400, 48, 5, 7));
    for (int[] row : batch) {
      assertArrayEquals(IntStream.range(row[0], row[0] + 49).toArray(), row);
    }
    int[] starts = Arrays.stream(batch).mapToInt(row -> row[0]).distinct().sorted().toArray();
    assertArrayEquals(new int[] {0, 1}, starts, "the first and the last place are drawn");
    var e = assertThrows(IllegalArgumentException.class, () -> Corpus.batch(ids, 1, 50, 5, 7));
    assertTrue(e.getMessage().contains("50 tokens are too few"), e.getMessage());
  }

  @Test
  void windowsPredictEachIdOnce() {
    int[] ids = IntStream.range(0, 11).toArray();
    assertArrayEquals(
        new int[][] {{0, 1, 2, 3}, {3, 4, 5, 6}, {6, 7, 8, 9}}, Corpus.windows(ids, 3, 9));
    assertEquals(2, Corpus.windows(ids, 3, 2).length);
    assertEquals(0, Corpus.windows(new int[0], 3, 9).length);
  }

  @Test
  void whatIsNoTextIsNamed() {
    Path binary = folder.resolve("c.bin");
    var e = assertThrows(IllegalArgumentException.class, () -> Corpus.text(binary));
    assertTrue(e.getMessage().contains("c.bin is not UTF-8"), e.getMessage());
    assertThrows(NoSuchFileException.class, () -> Corpus.text(folder.resolve("none")));
  }
}
