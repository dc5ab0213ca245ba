package dev.weft.rnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VocabularyTest {
  private static final List<List<String>> SEQUENCES =
      List.of(List.of("b", "a", "c", "b"), List.of("a", "b", "d", "<end>"));

  @Test
  void theMostFrequentSymbolsComeFirst() {
    assertEquals(List.of("b", "a", "c", "d"), Vocabulary.count(SEQUENCES, 1, 100).symbols());
    assertEquals(List.of("b", "a"), Vocabulary.count(SEQUENCES, 2, 100).symbols());
    assertEquals(List.of("b"), Vocabulary.count(SEQUENCES, 1, 5).symbols());
    assertThrows(IllegalArgumentException.class, () -> Vocabulary.count(SEQUENCES, 0, 100));
    assertThrows(IllegalArgumentException.class, () -> Vocabulary.count(SEQUENCES, 1, 3));
  }

  @Test
  void symbolsAndIdsAreEachOthersInverse() {
    Vocabulary vocabulary = Vocabulary.of(List.of("a", "\uD83C\uDFB5", "the"));
    assertEquals(7, vocabulary.size());
    for (int id = Vocabulary.FIRST; id < 7; id++) {
      assertEquals(id, vocabulary.id(vocabulary.symbol(id)));
    }
    assertThrows(IllegalArgumentException.class, () -> vocabulary.symbol(7));
    assertThrows(IllegalArgumentException.class, () -> vocabulary.symbol(-1));
  }

  @Test
  void noTextHasASpecialId() {
    Vocabulary vocabulary = Vocabulary.of(List.of("a"));
    assertEquals(Vocabulary.UNK, vocabulary.id("z"));
    assertEquals(Vocabulary.UNK, vocabulary.id("<end>"));
    assertEquals("<end>", vocabulary.symbol(Vocabulary.END));
    assertEquals(0, Vocabulary.MASK, "fresh memory is padding");
  }

  @Test
  void whatIsNoSymbolIsRefused() {
    for (List<String> symbols :
        List.of(List.of("a", "a"), List.of(""), List.of("<unk>"), List.of("\uD83C"))) {
      assertThrows(IllegalArgumentException.class, () -> Vocabulary.of(symbols));
    }
  }

  @Test
  void jsonGivesTheSameVocabulary() {
    Vocabulary vocabulary = Vocabulary.of(List.of("ß", "\"", "\n", "\uD83C\uDFB5", "c#4"));
    assertEquals(vocabulary, Vocabulary.fromJson(vocabulary.toJson()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {"mask":0                                           | no valid JSON
          [1]                                                 | must be an object but is [1]
          {"mask":0,"unk":1,"start":2,"end":3}                | symbols must be a list of strings but is missing
          {"mask":0,"unk":1,"start":2,"end":3,"symbols":[7]}  | but one is 7
          {"mask":0,"unk":1,"start":2,"end":3,"symbols":["a","a"]} | 'a' appears twice
          {"mask":0,"unk":2,"start":1,"end":3,"symbols":[]}   | unk must have id 1 but is 2
          {"mask":0,"mask":0,"unk":1,"start":2,"end":3,"symbols":[]} | Duplicate
          {"mask":0,"unk":1,"start":2,"end":3,"symbols":[]} 8 | no valid JSON
          """)
  void malformedJsonIsRefusedInOneSentence(String json, String says) {
    var e = assertThrows(IllegalArgumentException.class, () -> Vocabulary.fromJson(json));
    assertTrue(e.getMessage().startsWith("vocabulary: "), e.getMessage());
    assertTrue(e.getMessage().contains(says), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }
}
