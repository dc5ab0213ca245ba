package dev.weft.decoding;

import static dev.weft.decoding.ToyBeams.assertIdentical;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.Philox;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What holds of a beam search over any model, on small random ones.
class BeamPropertyTest {
  private final Philox random = new Philox(17, Philox.Purpose.SHUFFLE, 0, 0);

  @Test
  @DisplayName("S1-93: a search with sessions is the search without, to the bit")
  void cachedEqualsUncached() {
    for (int trial = 0; trial < 40; trial++) {
      LanguageModel model = new HashModel(2 + below(60), 200);
      int beams = 1 + below(8);
      BeamSearch search =
          new BeamSearch(beams, 1 + below(beams), 1 + below(12))
              .endTokens(below(2))
              .earlyStop(EarlyStop.values()[below(4)])
              .lengthPenalty(below(3) * 0.5)
              .noRepeatNgram(below(4));
      int[] prompt = prompt(model);
      assertIdentical(search.search(new Replay(model), prompt), search.search(model, prompt));
    }
  }

  @Test
  @DisplayName("S1-83: one beam is what greedy generates until the end token")
  void oneBeamIsGreedy() {
    for (int trial = 0; trial < 40; trial++) {
      LanguageModel model = model(5 + below(30));
      int[] prompt = prompt(model);
      Continuation greedy =
          new Generator(Sampler.GREEDY, 0, 10).stop(Stop.endTokens(1)).generate(model, prompt);
      ScoredSequence beam =
          new BeamSearch(1, 1, 10).endTokens(1).rankAll(true).search(model, prompt).get(0);
      if (beam.finished()) {
        // the first end token, likeliest or not, is where one beam with one result stops
        int length = beam.ids().length - 1;
        assertArrayEquals(Arrays.copyOf(greedy.ids(), length), Arrays.copyOf(beam.ids(), length));
      } else {
        assertArrayEquals(greedy.ids(), beam.ids());
        assertEquals(greedy.logProbability(), beam.score());
      }
    }
  }

  @Test
  void aBeamOfAllPrefixesIsExhaustive() {
    for (int trial = 0; trial < 10; trial++) {
      LanguageModel model = model(4);
      int[] prompt = prompt(model);
      List<int[]> all = new ArrayList<>();
      enumerate(new int[0], 4, 4, all);
      List<ScoredSequence> wanted =
          all.stream()
              .map(ids -> scored(model, prompt, ids))
              .sorted(Comparator.comparingDouble(s -> -s.score()))
              .toList();
      List<ScoredSequence> found =
          new BeamSearch(256, 30, 4)
              .endTokens(0)
              .earlyStop(EarlyStop.NEVER)
              .rankAll(true)
              .search(model, prompt);
      assertIdentical(wanted.subList(0, 30), found);
    }
  }

  @Test
  @DisplayName("S1-86: taking each row's best few is as good as sorting everything")
  void partialSelectionEqualsFullSort() {
    for (int trial = 0; trial < 600; trial++) {
      int vocabulary = 4 + below(trial % 3 == 0 ? 4 : 40);
      LanguageModel model = trial % 2 == 0 ? coarse(vocabulary) : model(vocabulary);
      int groups = 1 + below(3);
      int beams = groups * (1 + below(4));
      int maxNew = 1 + below(8);
      BeamSearch search =
          new BeamSearch(beams, 1 + below(beams), maxNew)
              .endTokens(ids(3, vocabulary))
              .without(below(3) == 0 ? ids(2, vocabulary) : new int[0])
              .earlyStop(EarlyStop.values()[below(4)])
              .lengthPenalty(below(4) - 1)
              .diverse(groups, below(3) * 0.75)
              .noRepeatNgram(below(4))
              .minNewTokens(Math.min(below(4), maxNew))
              .rankAll(below(2) == 0);
      int[] prompt = prompt(model);
      assertIdentical(new NaiveBeams(search).search(model, prompt), search.search(model, prompt));
    }
  }

  /// Up to `most` ids.
  private int[] ids(int most, int vocabulary) {
    int[] ids = new int[below(most + 1)];
    Arrays.setAll(ids, i -> below(vocabulary));
    return ids;
  }

  @Test
  void groupsWithoutPenaltyAreOneSearchEach() {
    for (int trial = 0; trial < 10; trial++) {
      LanguageModel model = model(20);
      int[] prompt = prompt(model);
      List<ScoredSequence> one = new BeamSearch(3, 3, 6).search(model, prompt);
      List<ScoredSequence> two = new BeamSearch(6, 6, 6).diverse(2, 0).search(model, prompt);
      for (int i = 0; i < 3; i++) {
        assertIdentical(List.of(one.get(i), one.get(i)), two.subList(2 * i, 2 * i + 2));
      }
    }
  }

  @Test
  void aLargePenaltyKeepsGroupsApart() {
    HashModel model = new HashModel(30, 100);
    List<ScoredSequence> found = new BeamSearch(4, 4, 5).diverse(4, 1e6).search(model, 1);
    for (int position = 0; position < 5; position++) {
      int at = position;
      assertEquals(4, found.stream().mapToInt(s -> s.generated()[at]).distinct().count());
    }
    for (ScoredSequence sequence : found) { // and it isn't part of a score
      assertEquals(
          Rescoring.score(model, new int[] {1}, sequence.generated()), sequence.score(), 1e-9);
    }
  }

  @Test
  void noNgramIsRepeated() {
    HashModel model = new HashModel(6, 1000);
    int[] prompt = {1, 2, 3, 1};
    for (ScoredSequence s : new BeamSearch(4, 4, 25).noRepeatNgram(2).search(model, prompt)) {
      List<Integer> pairs = new ArrayList<>();
      for (int i = 1; i < s.ids().length; i++) {
        pairs.add(10 * s.ids()[i - 1] + s.ids()[i]);
      }
      assertEquals(pairs.size(), pairs.stream().distinct().count());
      assertTrue(s.generated().length > 0);
    }
  }

  @Test
  void bannedTokensAppearNowhereAndChangeNoScore() {
    HashModel model = new HashModel(8, 100);
    int[] banned = {1, 3, 5, 6, 7};
    List<ScoredSequence> found = new BeamSearch(3, 3, 5).without(banned).search(model, 2);
    assertEquals(3, found.size());
    for (ScoredSequence s : found) {
      assertTrue(Arrays.stream(s.generated()).allMatch(id -> id == 0 || id == 2 || id == 4));
      assertEquals(Rescoring.score(model, new int[] {2}, s.generated()), s.score(), 1e-9);
    }
  }

  @Test
  void noSequenceEndsBeforeItsLeastLength() {
    HashModel model = new HashModel(4, 1000);
    for (int least = 0; least <= 6; least++) {
      List<ScoredSequence> found =
          new BeamSearch(3, 3, 8).endTokens(0, 1).minNewTokens(least).search(model, 2);
      for (ScoredSequence s : found) {
        assertTrue(s.generated().length >= least);
      }
    }
  }

  /// A random model: recurrent over all ids, or with two tokens of memory.
  private LanguageModel model(int vocabularySize) {
    if (below(2) == 0) {
      return new HashModel(vocabularySize, 100);
    }
    int[] document = new int[200];
    Arrays.setAll(document, i -> below(vocabularySize));
    return new NgramMock(
        NgramModel.train(new int[][] {document}, vocabularySize, 3), vocabularySize);
  }

  /// A random model with many equal probabilities.
  private LanguageModel coarse(int vocabularySize) {
    double[][] table = new double[vocabularySize][vocabularySize];
    for (double[] row : table) {
      Arrays.setAll(row, i -> 1 + below(3));
    }
    return new TableModel(table);
  }

  private int[] prompt(LanguageModel model) {
    int[] prompt = new int[1 + below(4)];
    Arrays.setAll(prompt, i -> below(model.vocabularySize()));
    return prompt;
  }

  private int below(int bound) {
    return random.nextInt(bound);
  }

  /// Every sequence that ends with its only 0 or has `length` tokens.
  private static void enumerate(int[] begun, int vocabularySize, int length, List<int[]> all) {
    for (int id = 0; id < vocabularySize; id++) {
      int[] longer = Arrays.copyOf(begun, begun.length + 1);
      longer[begun.length] = id;
      if (id == 0 || longer.length == length) {
        all.add(longer);
      } else {
        enumerate(longer, vocabularySize, length, all);
      }
    }
  }

  private static ScoredSequence scored(LanguageModel model, int[] prompt, int[] ids) {
    double score = Rescoring.score(model, prompt, ids);
    int[] whole = Arrays.copyOf(prompt, prompt.length + ids.length);
    System.arraycopy(ids, 0, whole, prompt.length, ids.length);
    return new ScoredSequence(score, score, whole, prompt.length, ids[ids.length - 1] == 0);
  }
}
