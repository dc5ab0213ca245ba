package dev.weft.gpt2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.decoding.Tokenizer;
import dev.weft.tensor.Philox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Gpt2TokenizerTest {
  static final String BIEBER =
      "And I was like Baby, baby, baby, oh Like, Baby, baby, baby, no Like, Baby, baby, baby, oh I"
          + " thought you'd always be mine, mine";
  static final String UNICORN =
      "In a shocking finding, scientist discovered a herd of unicorns living in a remote,"
          + " previously unexplored valley, in the Andes Mountains. Even more surprising to the"
          + " researchers was the fact that the unicorns spoke perfect English.";
  static final String YUDKOWSKY =
      "Eliezer Shlomo Yudkowsky (born September 11, 1979) is an American decision and artificial"
          + " intelligence (AI) theorist and writer, best known for";
  private static final Gpt2Tokenizer PUBLISHED = Gpt2Tokenizer.published();

  private static void assertIds(String text, int... ids) {
    assertArrayEquals(ids, PUBLISHED.encode(text), () -> Arrays.toString(PUBLISHED.encode(text)));
    assertEquals(text, PUBLISHED.decode(ids));
  }

  @Test
  @DisplayName("S1-21: the end token is 50256 of 50257")
  void endToken() {
    assertEquals(50257, PUBLISHED.vocabularySize());
    assertEquals(50256, PUBLISHED.endOfText());
    assertEquals("<|endoftext|>", PUBLISHED.decode(50256));
    assertArrayEquals(new int[] {64, 50256, 65}, PUBLISHED.encode("a<|endoftext|>b", true));
    int[] ordinary = PUBLISHED.encode("a<|endoftext|>b");
    assertTrue(Arrays.stream(ordinary).noneMatch(id -> id == 50256));
    assertEquals("a<|endoftext|>b", PUBLISHED.decode(ordinary));
    assertEquals("ab", PUBLISHED.decode(new int[] {64, 50256, 65}, true));
  }

  @Test
  @DisplayName("W1: the prompt with many babies")
  void bieber() {
    assertIds(
        BIEBER, 1870, 314, 373, 588, 14801, 11, 5156, 11, 5156, 11, 11752, 4525, 11, 14801, 11,
        5156, 11, 5156, 11, 645, 4525, 11, 14801, 11, 5156, 11, 5156, 11, 11752, 314, 1807, 345,
        1549, 1464, 307, 6164, 11, 6164);
  }

  @Test
  @DisplayName("W2: the dog in the field")
  void dog() {
    assertIds(
        "The dog was found in a field near the intersection of West and West Streets.\n\nThe dog",
        464,
        3290,
        373,
        1043,
        287,
        257,
        2214,
        1474,
        262,
        16246,
        286,
        2688,
        290,
        2688,
        27262,
        13,
        198,
        198,
        464,
        3290);
  }

  @Test
  @DisplayName("W3: jingle bells")
  void jingleBells() {
    assertIds(
        "Jingle bells, jingle bells, jingle all the way",
        41,
        17697,
        30987,
        11,
        474,
        17697,
        30987,
        11,
        474,
        17697,
        477,
        262,
        835);
  }

  @Test
  @DisplayName("W4: the prompts of the caching, beam, top-k and top-p sections")
  void prompts() {
    assertIds(
        "It is pitch black. You are likely to be eaten by a grue.",
        1026,
        318,
        7078,
        2042,
        13,
        921,
        389,
        1884,
        284,
        307,
        17065,
        416,
        257,
        1036,
        518,
        13);
    assertIds(
        "I don't want to rule the universe. I just think",
        40,
        836,
        470,
        765,
        284,
        3896,
        262,
        6881,
        13,
        314,
        655,
        892);
    assertIds("I enjoy walking with my cute dog", 40, 2883, 6155, 351, 616, 13779, 3290);
    assertEquals(45, PUBLISHED.encode(UNICORN).length);
    assertEquals(34, PUBLISHED.encode(YUDKOWSKY).length);
  }

  @Test
  @DisplayName("W5: brackets and an emoji of several tokens")
  void emoji() {
    assertIds(
        "[INST] Tell me a joke. \uD83D\uDC31 [/INST] Answer ",
        58,
        38604,
        60,
        14026,
        502,
        257,
        9707,
        13,
        12520,
        238,
        109,
        46581,
        38604,
        60,
        23998,
        220);
  }

  @Test
  @DisplayName("W6: plain words, a snowman, Arabic and French")
  void languages() {
    assertIds("Hello world!", 15496, 995, 0);
    assertIds("Unicode snowman: \u2603\uFE0F", 3118, 291, 1098, 6729, 805, 25, 34719, 225, 37929);
    for (String text : List.of("مرحبا بالعالم", "Où est la bibliothèque ? Là-bas, à côté.", "")) {
      assertEquals(text, PUBLISHED.decode(PUBLISHED.encode(text)));
    }
  }

  private static Gpt2Tokenizer toy() {
    String[] pieces = {
      "l",
      "o",
      "w",
      "e",
      "r",
      "s",
      "t",
      "i",
      "d",
      "n",
      "Ġ",
      "Ġl",
      "Ġn",
      "Ġlo",
      "Ġlow",
      "er",
      "Ġlowest",
      "Ġnewer",
      "Ġwider",
      "<unk>",
      "<|endoftext|>"
    };
    Map<String, Integer> vocabulary = new TreeMap<>();
    for (String piece : pieces) {
      vocabulary.put(piece, vocabulary.size());
    }
    return Gpt2Tokenizer.merging(new BytePairs(vocabulary, List.of("Ġ l", "Ġl o", "Ġlo w", "e r")));
  }

  @Test
  @DisplayName("W7: a toy vocabulary merges by its own list")
  void toyMerges() {
    Gpt2Tokenizer toy = toy();
    assertArrayEquals(new int[] {14, 15, 10, 9, 3, 2, 15}, toy.encode(" lower newer"));
    assertArrayEquals(new int[] {19}, toy.encode("x"));
    assertEquals(" lower newer", toy.decode(14, 15, 10, 9, 3, 2, 15));
    assertEquals(20, toy.endOfText());
  }

  /// The merges that the published ranks stand for: each piece falls into the two that the earlier
  /// merges make of it.
  private static BytePairs publishedMerges(int count) {
    Gpt2Tokenizer first = Gpt2Tokenizer.first(count);
    Map<String, Integer> vocabulary = new TreeMap<>();
    List<String> merges = new java.util.ArrayList<>();
    for (int id = 0; id < count; id++) {
      vocabulary.put(PublishedVocabulary.printable(first, id), id);
    }
    for (int id = 256; id < count - 1; id++) {
      merges.add(PublishedVocabulary.merge(first, id));
    }
    return new BytePairs(vocabulary, merges);
  }

  @Test
  void merglistAndRanksAgree() {
    int size = 1500;
    Gpt2Tokenizer ranks = Gpt2Tokenizer.first(size);
    Gpt2Tokenizer merges = Gpt2Tokenizer.merging(publishedMerges(size));
    for (String text : List.of(BIEBER, UNICORN, YUDKOWSKY, "naïve café \uD83D\uDC31\n\n  x ", "")) {
      assertArrayEquals(ranks.encode(text), merges.encode(text));
      assertEquals(text, merges.decode(merges.encode(text)));
    }
    for (int seed = 0; seed < 200; seed++) {
      String text = randomText(seed);
      assertArrayEquals(ranks.encode(text), merges.encode(text), text);
    }
  }

  private static String randomText(int seed) {
    Philox random = new Philox(seed, Philox.Purpose.INITIALISATION, 0, 0);
    StringBuilder text = new StringBuilder();
    int[] ranges = {0x20, 0x61, 0x61, 0x61, 0x0a, 0x30, 0xe0, 0x4e00, 0x1f600};
    for (int i = random.nextInt(40); i >= 0; i--) {
      text.appendCodePoint(ranges[random.nextInt(ranges.length)] + random.nextInt(16));
    }
    return text.toString();
  }

  @Test
  void aSmallerVocabularyIsTheEarliestMerges() {
    Gpt2Tokenizer small = Gpt2Tokenizer.first(4096);
    assertEquals(4095, small.endOfText());
    for (int seed = 0; seed < 200; seed++) {
      String text = randomText(seed);
      int[] ids = small.encode(text);
      assertTrue(Arrays.stream(ids).allMatch(id -> id < 4095));
      assertEquals(text, small.decode(ids));
    }
    assertThrows(IllegalArgumentException.class, () -> Gpt2Tokenizer.first(256));
    assertThrows(IllegalArgumentException.class, () -> Gpt2Tokenizer.first(50258));
    assertThrows(IllegalArgumentException.class, () -> small.decode(4096));
  }

  @Test
  void streamedTextIsWholeCharactersAndTheSameText() {
    Gpt2Tokenizer bytes = Gpt2Tokenizer.first(257);
    for (int seed = 0; seed < 300; seed++) {
      Philox random = new Philox(seed, Philox.Purpose.SHUFFLE, 0, 0);
      int[] ids = bytes.encode(randomText(seed));
      for (int i = 0; i < ids.length && seed % 3 == 0; i++) {
        ids[i] = random.nextInt(8) == 0 ? random.nextInt(257) : ids[i]; // broken characters
      }
      Tokenizer.Decoder decoder = bytes.decoder(false);
      StringBuilder streamed = new StringBuilder();
      for (int id : ids) {
        String piece = decoder.next(id);
        assertTrue(piece.isEmpty() || !Character.isHighSurrogate(piece.charAt(piece.length() - 1)));
        streamed.append(piece);
      }
      streamed.append(decoder.end());
      assertEquals(bytes.decode(ids), streamed.toString(), Arrays.toString(ids));
    }
  }

  @Test
  void incompleteCharactersWaitAndEndAsReplacement() {
    Tokenizer.Decoder decoder = PUBLISHED.decoder(true);
    assertEquals(" ", decoder.next(12520)); // a space and the first bytes of an emoji
    assertEquals("", decoder.next(238));
    assertEquals("", decoder.next(50256));
    assertEquals("\uFFFD", decoder.end());
    decoder = PUBLISHED.decoder(true);
    decoder.next(12520);
    decoder.next(238);
    assertEquals("\uD83D\uDC31", decoder.next(109));
    assertEquals("", decoder.end());
  }

  @Test
  void aFoldersOwnFilesAreHonoured(@TempDir Path folder) throws IOException {
    assertEquals(300, Gpt2Tokenizer.of(folder, 300).vocabularySize());
    Files.writeString(
        folder.resolve("vocab.json"), "{\"a\": 0, \"b\": 1, \"ab\": 2, \"<|endoftext|>\": 3}");
    Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\na b\n");
    Gpt2Tokenizer own = Gpt2Tokenizer.of(folder, 4);
    assertArrayEquals(new int[] {2, 0}, own.encode("aba"));
    assertThrows(IllegalArgumentException.class, () -> own.encode("c"));
    assertThrows(IllegalArgumentException.class, () -> Gpt2Tokenizer.of(folder, 3));
  }

  @Test
  void halfATokenizerIsRefused(@TempDir Path folder) throws IOException {
    for (String name : List.of("vocab.json", "merges.txt")) {
      Path file = Files.writeString(folder.resolve(name), "{}");
      for (int size : new int[] {300, Gpt2Tokenizer.PUBLISHED_SIZE}) {
        var e = assertThrows(IllegalArgumentException.class, () -> Gpt2Tokenizer.of(folder, size));
        assertTrue(
            e.getMessage()
                .endsWith("there is " + name + " but a tokenizer is vocab.json and merges.txt"),
            e.getMessage());
      }
      Files.delete(file);
    }
  }

  @Test
  void aTokenizerInAnotherFormIsReadAsThePublishedOneOnlyWhereItCanBe(@TempDir Path folder)
      throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    assertEquals(50_257, Gpt2Tokenizer.of(folder, 50_257).vocabularySize());
    var e = assertThrows(IllegalArgumentException.class, () -> Gpt2Tokenizer.of(folder, 300));
    assertTrue(e.getMessage().contains("the model has 300 ids"), e.getMessage());
    assertTrue(e.getMessage().endsWith("needs its vocab.json and merges.txt"), e.getMessage());
  }

  @Test
  void filesAreCopiedEachAtOnce(@TempDir Path folder) throws IOException {
    Path from = Files.createDirectory(folder.resolve("from"));
    Path to = Files.createDirectory(folder.resolve("to"));
    Gpt2Tokenizer.copyFiles(from, to);
    assertFalse(Gpt2Tokenizer.hasFiles(to), "there was nothing to copy");
    for (String name : List.of("vocab.json", "merges.txt")) {
      Files.writeString(from.resolve(name), "new " + name);
      Files.writeString(to.resolve(name), "old " + name);
    }
    assertTrue(Gpt2Tokenizer.hasOtherFiles(to, from));
    Path aside = Files.createDirectories(to.resolve("vocab.json.unfinished/in-the-way"));
    assertThrows(IOException.class, () -> Gpt2Tokenizer.copyFiles(from, to));
    assertEquals("old vocab.json", Files.readString(to.resolve("vocab.json")));
    Files.delete(aside);
    Files.delete(aside.getParent());
    Gpt2Tokenizer.copyFiles(from, to);
    assertEquals("new vocab.json", Files.readString(to.resolve("vocab.json")));
    assertEquals("new merges.txt", Files.readString(to.resolve("merges.txt")));
    assertFalse(Gpt2Tokenizer.hasOtherFiles(to, from));
    assertTrue(Gpt2Tokenizer.hasOtherFiles(to, null));
  }

  @Test
  void everyIdHasOnePiece(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("merges.txt"), "");
    Files.writeString(folder.resolve("vocab.json"), "{\"a\":0,\"b\":0,\"<|endoftext|>\":2}");
    var e = assertThrows(IllegalArgumentException.class, () -> Gpt2Tokenizer.of(folder, 300));
    assertTrue(e.getMessage().endsWith("both have id 0"), e.getMessage());
    Files.writeString(folder.resolve("vocab.json"), "{\"a\":0,\"b\":3,\"<|endoftext|>\":2}");
    e = assertThrows(IllegalArgumentException.class, () -> Gpt2Tokenizer.of(folder, 300));
    assertTrue(e.getMessage().endsWith("'b' has id 3 but there are 3 pieces"), e.getMessage());
  }
}
