package dev.weft.decoding;

import static dev.weft.decoding.ToyBeams.assertIdentical;
import static dev.weft.decoding.ToyBeams.assertSame;
import static dev.weft.decoding.ToyBeams.search;
import static dev.weft.decoding.ToyBeams.wanted;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.Devices;
import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BeamSearchTest {
  private static final TableModel TOY = ToyBeams.MODEL;

  @Test
  @DisplayName("S1-72: the result is a list of scored token lists, best first")
  void returnsScoredSequences() {
    List<ScoredSequence> found = search(2, 3, 4).search(TOY, 1);
    assertEquals(2, found.size());
    ScoredSequence best = found.get(0);
    assertArrayEquals(new int[] {1, 2, 4, 0}, best.ids());
    assertArrayEquals(new int[] {2, 4, 0}, best.generated());
    assertEquals(1, best.promptLength());
    assertTrue(best.score() > found.get(1).score());
  }

  @Test
  @DisplayName("S1-73: more results than beams, or none of either, are refused with both numbers")
  void refusesMoreResultsThanBeams() {
    for (int[] sizes : new int[][] {{2, 3}, {0, 0}, {2, 0}, {0, 1}, {-1, -1}}) {
      var e =
          assertThrows(IllegalArgumentException.class, () -> new BeamSearch(sizes[0], sizes[1], 4));
      assertTrue(e.getMessage().contains(sizes[1] + " of " + sizes[0] + " beams"), e.getMessage());
    }
    assertThrows(IllegalArgumentException.class, () -> new BeamSearch(2, 1, 0));
  }

  @Test
  void refusesSettingsThatContradict() {
    BeamSearch search = new BeamSearch(6, 2, 4);
    String groups = refusal(() -> search.diverse(4, 0.5));
    assertTrue(groups.contains("4 for 6"), groups);
    assertTrue(refusal(() -> search.diverse(2, Double.NaN)).contains("NaN"));
    assertTrue(refusal(() -> search.diverse(2, -1)).contains("-1"));
    assertTrue(refusal(() -> search.minNewTokens(5)).contains("5 of at most 4"));
    assertTrue(refusal(() -> search.lengthPenalty(Double.NaN)).contains("NaN"));
    assertTrue(refusal(() -> search.noRepeatNgram(-1)).contains("-1"));
    assertTrue(refusal(() -> search.search(TOY)).contains("empty"));
    String end = refusal(() -> search.endTokens(5).search(TOY, 1));
    assertTrue(end.contains("end token 5 is outside 0 … 4"), end);
  }

  private static String refusal(Runnable call) {
    return assertThrows(IllegalArgumentException.class, call::run).getMessage();
  }

  @Test
  @DisplayName(
      "S1-74: a score is the sum of the generated tokens' log-probabilities, rescored alike")
  void rescoringReproducesScores() {
    HashModel model = new HashModel(50, 100);
    int[] prompt = {3, 1, 4, 1, 5};
    for (ScoredSequence sequence : new BeamSearch(5, 5, 12).endTokens(7).search(model, prompt)) {
      double score = Rescoring.score(model, prompt, sequence.generated());
      assertEquals(score, sequence.score(), 1e-4);
      assertEquals(sequence.logProbability(), sequence.score());
      assertTrue(score < 0);
    }
    assertEquals(0, Rescoring.score(model, prompt));
  }

  @Test
  @DisplayName("S1-75: the first step runs one row with the prompt, later ones a row for each beam")
  void firstStepRunsOneRow() {
    SpyModel spy = new SpyModel(new HashModel(50, 100));
    new BeamSearch(4, 2, 3).search(spy, 9, 8, 7);
    assertEquals(List.of("1 x 3", "4 x 1", "4 x 1"), spy.feeds());
  }

  @Test
  @DisplayName("S1-76, T14: 400 beams over 50,257 tokens are told apart by whole numbers")
  void manyBeamsOverALargeVocabulary() {
    int beams = 400;
    List<ScoredSequence> found =
        new BeamSearch(beams, beams, 2).search(new SpikeModel(50_257), 50_000);
    assertEquals(beams, found.size());
    for (int beam = 0; beam < beams; beam++) {
      int first = 50_256 - 3 * beam; // the beam's only likely start, and its only likely end
      assertArrayEquals(new int[] {first, SpikeModel.after(first)}, found.get(beam).generated());
    }
  }

  @Test
  @DisplayName("S1-77: candidates are walked from the best; ended ones are set aside")
  void endedCandidatesAreSetAside() {
    // golden: toybeam_R2_K3_M4; the best finished sequence of all, [1, 3, 0], is ranked below the
    // third live beam
    assertSame(
        search(2, 3, 4).search(TOY, 1),
        wanted(-2.2537949288246137, 1, 2, 4, 0),
        wanted(-2.8134107167600364, 1, 2, 3, 0));
  }

  @Test
  @DisplayName("S1-78: the search is done when enough results have ended")
  void stopsWhenEnoughHaveEnded() {
    SpyModel spy = new SpyModel(TOY);
    search(2, 3, 4).search(spy, 1);
    assertEquals(3, spy.feeds().size());
  }

  @Test
  @DisplayName("S1-79: no sequence is longer than the limit or what the context holds and one more")
  void lengthsNeverExceedTheLimit() {
    HashModel model = new HashModel(20, 10);
    for (int maxNew = 1; maxNew < 12; maxNew++) {
      for (ScoredSequence s : new BeamSearch(3, 3, maxNew).endTokens(2).search(model, 1, 2, 3)) {
        assertTrue(s.generated().length <= Math.min(maxNew, 8));
        assertTrue(s.finished() || s.generated().length == Math.min(maxNew, 8));
      }
    }
  }

  @Test
  @DisplayName("S1-80: at the limit the best incomplete sequences are returned too")
  void incompleteSequencesFillUp() {
    // golden: toybeam_R2_K2_M6, toybeam_R1_K2_M3
    assertSame(
        search(2, 2, 6).search(TOY, 1),
        wanted(-4.828313737302301, 1, 2, 3, 2, 3, 2, 3),
        wanted(-4.828313737302301, 1, 3, 2, 3, 2, 3, 2));
    assertSame(search(1, 2, 3).search(TOY, 1), wanted(-2.3025850929940455, 1, 2, 3, 2));
  }

  @Test
  @DisplayName("S1-81: results come sorted and in the number asked for")
  void resultsAreSorted() {
    HashModel model = new HashModel(30, 100);
    for (int returned = 1; returned <= 6; returned++) {
      List<ScoredSequence> found =
          new BeamSearch(6, returned, 8).endTokens(1, 2, 3).search(model, 4);
      assertEquals(returned, found.size());
      for (int i = 1; i < returned; i++) {
        assertTrue(found.get(i - 1).score() >= found.get(i).score());
      }
    }
  }

  @Test
  @DisplayName("S1-82: ten runs, by one thread or eight, are equal to the bit")
  void isDeterministic() throws Exception {
    HashModel model = new HashModel(300, 100);
    BeamSearch search = new BeamSearch(5, 5, 8).endTokens(3);
    List<ScoredSequence> first = search.search(model, 1, 2, 3);
    for (int i = 0; i < 10; i++) {
      assertIdentical(first, search.search(model, 1, 2, 3));
    }
    try (var threads = Executors.newFixedThreadPool(8)) {
      List<Future<List<ScoredSequence>>> runs = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        runs.add(threads.submit(() -> search.search(model, 1, 2, 3)));
      }
      for (Future<List<ScoredSequence>> run : runs) {
        assertIdentical(first, run.get());
      }
    }
  }

  @Test
  @DisplayName("S1-83: one beam is greedy")
  void oneBeamIsGreedy() {
    // golden: toybeam_R1_K1_M4, toygreedy
    assertSame(search(1, 1, 4).search(TOY, 1), wanted(-3.2188758248682006, 1, 2, 3, 2, 3));
  }

  @Test
  @DisplayName("S1-88: two beams find the path that greedy misses")
  void twoBeamsFindWhatGreedyMisses() {
    // golden: blog_tree; The nice dog car woman house guy has runs and
    double[] any = new double[10];
    Arrays.fill(any, 0.1);
    TableModel tree =
        new TableModel(
            new double[] {0, 0.5, 0.4, 0.1, 0, 0, 0, 0, 0, 0},
            new double[] {0, 0, 0, 0, 0.4, 0.3, 0.3, 0, 0, 0},
            new double[] {0, 0, 0, 0, 0, 0, 0, 0.9, 0.05, 0.05},
            any,
            any,
            any,
            any,
            any,
            any,
            any);
    ScoredSequence greedy = new BeamSearch(1, 1, 2).search(tree, 0).get(0);
    ScoredSequence beam = new BeamSearch(2, 1, 2).search(tree, 0).get(0);
    assertArrayEquals(new int[] {0, 1, 4}, greedy.ids());
    assertEquals(0.2, Math.exp(greedy.score()), 1e-6);
    assertArrayEquals(new int[] {0, 2, 7}, beam.ids());
    assertEquals(0.36, Math.exp(beam.score()), 1e-6);
  }

  @Test
  @DisplayName(
      "T10: a finished sequence has its end token and says so; leaving it out is an option")
  void endTokensAreReturnedUnlessUnwanted() {
    List<ScoredSequence> without = search(2, 3, 4).includeEos(false).search(TOY, 1);
    assertArrayEquals(new int[] {1, 2, 4}, without.get(0).ids());
    assertTrue(without.get(0).finished());
    assertEquals(-2.2537949288246137, without.get(0).score(), 1e-6);
  }

  @Test
  @DisplayName("T11: finished sequences come first and live ones fill up; ranking all is an option")
  void rankingAllIsAnOption() {
    // golden: toybeam_R3_K3_M2
    assertSame(
        search(3, 3, 2).search(TOY, 1),
        wanted(-1.6094379124341003, 1, 2, 3),
        wanted(-1.6094379124341003, 1, 3, 2),
        wanted(-2.995732273553991, 1, 0));
    assertSame(
        search(3, 3, 2).rankAll(true).search(TOY, 1),
        wanted(-1.6094379124341003, 1, 2, 3),
        wanted(-1.6094379124341003, 1, 3, 2),
        wanted(-1.8971199848858813, 1, 2, 4));
  }

  @Test
  @DisplayName("T13: a vocabulary smaller than the beam narrows the search instead of breaking it")
  void aTinyVocabularyNarrowsTheBeam() {
    HashModel model = new HashModel(3, 100);
    SpyModel spy = new SpyModel(model);
    List<ScoredSequence> found = new BeamSearch(7, 7, 3).search(spy, 0);
    assertEquals(7, found.size());
    assertEquals(List.of("1 x 1", "7 x 1", "7 x 1"), spy.feeds());
    assertIdentical(found, new NaiveBeams(new BeamSearch(7, 7, 3)).search(model, 0));
    assertEquals(1, new BeamSearch(4, 4, 3).endTokens(0).search(new HashModel(1, 9), 0).size());
  }

  @Test
  @DisplayName("T15: equal scores go by beam, then by token id")
  void tiesAreInTotalOrder() {
    double[] even = {0.25, 0.25, 0.25, 0.25};
    TableModel model = new TableModel(even, even, even, even);
    List<ScoredSequence> found = new BeamSearch(6, 6, 3).search(model, 3);
    int[][] wanted = {{0, 0, 0}, {0, 0, 1}, {0, 0, 2}, {0, 0, 3}, {0, 1, 0}, {0, 1, 1}};
    for (int i = 0; i < wanted.length; i++) {
      assertArrayEquals(wanted[i], found.get(i).generated());
    }
  }

  @Test
  @DisplayName(
      "S0-44: a decoder begins with its start token and ends at the end token or the limit")
  void beginsWithAStartToken() {
    List<ScoredSequence> found = search(2, 3, 4).searchFrom(TOY, 1);
    assertArrayEquals(new int[] {2, 4, 0}, found.get(0).generated());
    assertTrue(found.get(0).finished());
  }

  @Test
  void aLogitThatIsNotANumberIsRefused() {
    TableModel bad = new TableModel(new double[] {0.5, Double.NaN}, new double[] {0.5, 0.5});
    String message = refusal(() -> new BeamSearch(1, 1, 2).search(bad, 0));
    assertTrue(message.contains("row 0 is NaN at id 1"), message);
  }

  @Test
  void memoryGoesBack() {
    long before = Devices.best().stats().liveBytes();
    HashModel model = new HashModel(30, 100);
    new BeamSearch(4, 4, 6).search(model, 1, 2);
    model.failing(true);
    assertThrows(ArithmeticException.class, () -> new BeamSearch(4, 4, 6).search(model, 1, 2));
    assertEquals(before, Devices.best().stats().liveBytes());
  }

  /// After token t, one token is far likelier than all others; after the prompt, 400 are.
  private record SpikeModel(int vocabularySize) implements LanguageModel {
    static int after(int token) {
      return (int) (token * 7919L % 50_257);
    }

    @Override
    public int contextLength() {
      return 10;
    }

    @Override
    public Tensor logits(int[][] tokens) {
      float[] values = new float[tokens.length * vocabularySize];
      for (int r = 0; r < tokens.length; r++) {
        int at = r * vocabularySize;
        if (tokens[r].length == 1) {
          for (int beam = 0; beam < 400; beam++) {
            values[at + vocabularySize - 1 - 3 * beam] = 100 - beam / 8f;
          }
        } else {
          values[at + after(tokens[r][1])] = 100;
        }
      }
      return Tensor.of(
          Devices.best(), dev.weft.tensor.Shape.of(tokens.length, vocabularySize), values);
    }

    @Override
    public Session open(int rows) {
      return new Replay(this).open(rows);
    }
  }

  @Test
  void aLimitTakesNoMemory() {
    ToyBeams.assertIdentical(
        ToyBeams.search(2, 2, 100).noRepeatNgram(2).search(ToyBeams.MODEL, 1),
        ToyBeams.search(2, 2, Integer.MAX_VALUE).noRepeatNgram(2).search(ToyBeams.MODEL, 1));
  }
}
