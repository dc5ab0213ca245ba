package dev.weft.rnn;

import static dev.weft.rnn.Vocabulary.END;
import static dev.weft.rnn.Vocabulary.MASK;
import static dev.weft.rnn.Vocabulary.START;
import static dev.weft.rnn.Vocabulary.UNK;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.decoding.Continuation;
import dev.weft.decoding.FinishReason;
import dev.weft.decoding.Generator;
import dev.weft.decoding.Sampler;
import dev.weft.decoding.Sampling;
import dev.weft.decoding.SamplingOptions;
import dev.weft.decoding.Stop;
import dev.weft.decoding.Tokenizer;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorizerTest {
  /// Ids 4 … 11.
  private static final Vocabulary LETTERS =
      Vocabulary.of(List.of("t", "a", "b", "u", "c", "d", "e", "f"));

  private static final Vectorizer CHARACTERS = new Vectorizer(Level.CHARACTERS, LETTERS);

  @Test
  @DisplayName("S4-05: start is skipped, end stops, the rest is looked up and joined")
  void idsBecomeNames() {
    int[][] rows = {{START, 5, 6, END, 7}, {START, 8, 9, 10, 11}};
    assertEquals(List.of("ab", "cdef"), CHARACTERS.texts(rows));
    assertEquals(List.of(""), CHARACTERS.texts(new int[][] {{END, 5, 6}}));
    assertEquals(
        List.of("a\uFFFDb"), CHARACTERS.texts(new int[][] {{START, 5, MASK, UNK, 6, MASK}}));
    assertEquals(List.of("a", "\uFFFD", "b"), CHARACTERS.symbols(START, 5, UNK, MASK, 6, END, 7));
    assertThrows(IllegalArgumentException.class, () -> CHARACTERS.texts(new int[][] {{12}}));
  }

  @Test
  @DisplayName("S4-06, T17: one name for each row, for one row and one step too")
  void everyRowGivesOneText() {
    assertEquals(List.of("a", "b", "c"), CHARACTERS.texts(new int[][] {{5}, {6}, {8}}));
    assertEquals(List.of("ab"), CHARACTERS.texts(new int[][] {{5, 6, END}}));
    assertEquals(List.of("a"), CHARACTERS.texts(new int[][] {{5}}));
    assertEquals(List.of(""), CHARACTERS.texts(new int[][] {{}}));
    assertEquals(List.of(), CHARACTERS.texts(new int[0][]));
  }

  @Test
  @DisplayName("S4-08: names are padded with mask, and truncated with their end")
  void rowsHaveOneLengthAndTheirEnd() {
    assertArrayEquals(
        new int[][] {
          {START, 5, 6, END, MASK, MASK}, {START, 8, 9, 10, 11, END}, {START, 8, 9, 10, 11, END}
        },
        CHARACTERS.vectorize(List.of("ab", "cdef", "cdefab"), 6));
    assertArrayEquals(new int[] {START, END}, CHARACTERS.vectorize("ab", 2));
    assertArrayEquals(new int[] {START, UNK, END}, CHARACTERS.vectorize("z"));
    assertThrows(IllegalArgumentException.class, () -> CHARACTERS.vectorize("ab", 1));
  }

  @Test
  @DisplayName("S2-07: one decoder serves letters, words and notes")
  void lettersWordsAndNotesComeBack() {
    assertComesBack(Level.CHARACTERS, "Ærø \uD83C\uDFB5!");
    assertComesBack(Level.WORDS, "Call me (it's $5) \"well-known\", she said: no--yes!");
    assertComesBack(Level.LOWER_CASE_WORDS, "a bit of text, please.");
    assertComesBack(Level.NOTES, "c4 e4 g#4 r c5");
  }

  private static void assertComesBack(Level level, String text) {
    Vectorizer vectorizer = Vectorizer.fit(level, List.of(text), 1, 1000);
    int[] row = vectorizer.vectorize(text, 60);
    assertTrue(row[59] == MASK, "room for all of it");
    assertEquals(List.of(text), vectorizer.texts(new int[][] {row}));
    assertEquals(level.split(text), vectorizer.symbols(row));
  }

  @Test
  @DisplayName("S2-07, T16: a generator writes letters, words and notes from the ids that it drew")
  void oneGeneratorWritesAtEveryLevel() {
    assertContinued(Level.CHARACTERS, "Ann", "abelle");
    assertContinued(Level.WORDS, "Call me", " Ishmael, please.");
    assertContinued(Level.NOTES, "c4 e4", " g4 c5");
  }

  private static void assertContinued(Level level, String begin, String end) {
    Vectorizer vectorizer = Vectorizer.fit(level, List.of(begin + end), 1, 1000);
    int[] whole = vectorizer.vectorize(begin + end);
    TuneModel model = new TuneModel(vectorizer.vocabularySize(), whole);
    Continuation continuation =
        new Generator(Sampler.GREEDY, 1, 100)
            .tokenizer(vectorizer.after(vectorizer.encode(begin)), true)
            .stop(Stop.endTokens(vectorizer.endOfText()))
            .generate(model, vectorizer.encode(begin));
    assertArrayEquals(whole, continuation.ids());
    assertEquals(FinishReason.END_TOKEN, continuation.finish());
    assertEquals(end, continuation.text());
    assertEquals(
        begin + end,
        Sampling.sampleTokens(
            model,
            vectorizer,
            begin,
            SamplingOptions.DEFAULT.withTemperature(0).withSkipSpecialTokens(true)));
  }

  @Test
  void surrogatesAreNeverSplit() {
    assertEquals(List.of("a", "\uD83C\uDFB5", "\uFFFD"), Level.CHARACTERS.split("a🎵\uD83C"));
  }

  @Test
  void punctuationIsAWord() {
    assertEquals(
        List.of("Don't", "stop", "--", "\"", "go", "\"", ",", "x-ray", "3", "."),
        Level.WORDS.split("Don't stop--\"go\",\n x-ray 3."));
    assertEquals(List.of("élan", "!"), Level.LOWER_CASE_WORDS.split("ÉLAN!"));
    assertEquals(List.of(), Level.NOTES.split(" \n"));
  }

  @Test
  void aWordMayHaveAnyNumberOfParts() {
    String word = "a-".repeat(50_000) + "a";
    assertEquals(List.of(word, "-", "."), Level.WORDS.split(word + "-."));
    String hyphens = "-".repeat(100_000);
    assertEquals(List.of("a", hyphens, "'", "b"), Level.WORDS.split("a" + hyphens + "'b"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void piecesConcatenateToWhatDecodeGives(boolean skip) {
    String text = "(one) two, three";
    Vectorizer words = Vectorizer.fit(Level.WORDS, List.of(text), 1, 1000);
    int[] ids = words.vectorize(text + " four", 11);
    Tokenizer.Decoder decoder = words.decoder(skip);
    StringBuilder pieces = new StringBuilder();
    for (int id : ids) {
      pieces.append(decoder.next(id));
    }
    assertEquals(words.decode(ids, skip), pieces.append(decoder.end()).toString());
    assertEquals(
        skip ? text + " <unk>" : "<start> (one) two, three <unk> <end> <mask> <mask>",
        pieces.toString());
  }

  @Test
  void aModelContinuesWhatWasEncoded() {
    assertArrayEquals(new int[] {START, 5, 6}, CHARACTERS.encode("ab"));
    assertArrayEquals(new int[] {START}, CHARACTERS.encode(""));
    assertArrayEquals(new int[] {5, 6}, CHARACTERS.ids("ab"));
    assertEquals(END, CHARACTERS.endOfText());
  }

  @Test
  void jsonGivesTheSameVectorizer() {
    for (Level level : Level.values()) {
      Vectorizer vectorizer = new Vectorizer(level, LETTERS);
      assertEquals(vectorizer, Vectorizer.fromJson(vectorizer.toJson()));
    }
    String json = CHARACTERS.toJson().replace("\"characters\"", "\"syllables\"");
    var e = assertThrows(IllegalArgumentException.class, () -> Vectorizer.fromJson(json));
    assertEquals(
        "vectorizer: level must be one of [characters, words, lower-case-words, notes] but is"
            + " \"syllables\"",
        e.getMessage());
    assertThrows(
        IllegalArgumentException.class, () -> Vectorizer.fromJson("{\"level\":\"words\"}"));
  }
}
