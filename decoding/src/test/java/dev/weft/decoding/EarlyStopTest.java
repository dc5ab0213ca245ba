package dev.weft.decoding;

import static dev.weft.decoding.ToyBeams.assertSame;
import static dev.weft.decoding.ToyBeams.wanted;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EarlyStopTest {
  /// Worked out by hand so that each policy stops at another step. 0 ends, 1 begins.
  private static final TableModel MODEL =
      new TableModel(
          row(Map.of(0, 1.0)),
          row(Map.of(0, 0.4, 2, 0.35, 3, 0.25)),
          row(Map.of(0, 0.1, 4, 0.9)),
          row(Map.of(0, 0.9, 4, 0.1)),
          row(Map.of(0, 0.6, 5, 0.25, 2, 0.15)),
          row(Map.of(6, 1.0)),
          row(Map.of(7, 1.0)),
          row(Map.of(0, 1.0)));

  private static double[] row(Map<Integer, Double> probabilities) {
    double[] row = new double[8];
    probabilities.forEach((id, p) -> row[id] = p);
    return row;
  }

  private static BeamSearch search(EarlyStop policy) {
    return new BeamSearch(2, 1, 12).endTokens(0).lengthPenalty(1).earlyStop(policy);
  }

  @Test
  @DisplayName("T12: the policies stop at different steps, each with its best result so far")
  void policiesDiffer() {
    assertEquals(EarlyStop.RETURNED_COUNT.ordinal(), 0);
    // One sequence has ended after one step.
    assertFound(EarlyStop.RETURNED_COUNT, 1, Math.log(0.4), 1, 0);
    // Two have after two: ln 0.4 / 1 and ln (0.25 · 0.9) / 2.
    assertFound(EarlyStop.ALL_BEAMS, 2, Math.log(0.25 * 0.9), 1, 3, 0);
    // The live beam 1 2 4 has ln (0.35 · 0.9) / 2, better than ln 0.4; after a third step the best
    // live one has ln (0.35 · 0.9 · 0.25) / 3, worse than ln (0.25 · 0.9) / 2.
    assertFound(EarlyStop.HUGGING_FACE, 3, Math.log(0.35 * 0.9 * 0.6), 1, 2, 4, 0);
    // Divided by the limit of twelve tokens it could still be better, and it is.
    assertFound(EarlyStop.NEVER, 6, Math.log(0.35 * 0.9 * 0.25), 1, 2, 4, 5, 6, 7, 0);
  }

  private static void assertFound(EarlyStop policy, int length, double sum, int... ids) {
    SpyModel spy = new SpyModel(MODEL);
    ScoredSequence found = search(policy).search(spy, 1).get(0);
    assertArrayEquals(ids, found.ids(), policy + " found " + Arrays.toString(found.ids()));
    assertEquals(sum, found.logProbability(), 1e-6);
    assertEquals(sum / length, found.score(), 1e-6);
    if (policy != EarlyStop.NEVER) {
      assertEquals(length, spy.feeds().size());
    }
  }

  @Test
  void theDefaultIsTheReturnedCount() {
    BeamSearch search = new BeamSearch(2, 1, 12).endTokens(0).lengthPenalty(1);
    ToyBeams.assertIdentical(
        search(EarlyStop.RETURNED_COUNT).search(MODEL, 1), search.search(MODEL, 1));
  }

  @Test
  void neverIsExactWithoutALengthPenalty() {
    // golden: toy_exhaustive_finished_top4
    List<ScoredSequence> found =
        ToyBeams.search(4, 400, 4).earlyStop(EarlyStop.NEVER).search(ToyBeams.MODEL, 1);
    assertSame(
        found,
        wanted(-2.120263536200091, 1, 3, 0),
        wanted(-2.2537949288246137, 1, 2, 4, 0),
        wanted(-2.8134107167600364, 1, 2, 3, 0),
        wanted(-2.995732273553991, 1, 0));
  }

  @Test
  void anEndBelowTheBestKCountsForTheDefaultOnly() {
    // After 1: 2, 3, then the end, then 4. Two beams: the end is third, behind both live ones.
    TableModel model =
        new TableModel(
            row(Map.of(0, 1.0)),
            row(Map.of(2, 0.4, 0, 0.3, 3, 0.2, 4, 0.1)),
            row(Map.of(0, 0.35, 4, 0.65)),
            row(Map.of(0, 0.9, 4, 0.1)),
            row(Map.of(4, 1.0)),
            row(Map.of(4, 1.0)),
            row(Map.of(4, 1.0)),
            row(Map.of(4, 1.0)));
    // Step 2 from 1 2 and 1 3: 1 2 4 (0.26), 1 3 0 (0.18), 1 2 0 (0.14), 1 3 4 (0.02).
    BeamSearch search = new BeamSearch(2, 2, 2).endTokens(0).minNewTokens(2);
    List<List<Integer>> ended = new ArrayList<>();
    for (EarlyStop policy : List.of(EarlyStop.RETURNED_COUNT, EarlyStop.NEVER)) {
      ended.add(
          search.earlyStop(policy).search(model, 1).stream()
              .filter(ScoredSequence::finished)
              .map(s -> s.ids()[1])
              .toList());
    }
    assertEquals(List.of(List.of(3, 2), List.of(3)), ended);
  }

  @Test
  void neverKnowsThatBelowZeroTheLengthPenaltyFavoursTheShort() {
    double[] spread = new double[8];
    Arrays.fill(spread, 2, 8, 1 / 6.0);
    TableModel model =
        new TableModel(
            row(Map.of(0, 1.0)),
            row(Map.of(0, 0.4, 2, 0.35, 3, 0.25)),
            row(Map.of(0, 0.14, 4, 0.86)),
            spread,
            row(Map.of(0, 1.0)),
            spread,
            spread,
            spread);
    // After two steps 1 0 and 1 2 0 have ended, the worse with 2 ln 0.049. The live 1 2 4 has
    // 2 ln 0.301, still better, though twelve tokens of it would be worse.
    List<ScoredSequence> found =
        new BeamSearch(2, 2, 12)
            .endTokens(0)
            .lengthPenalty(-1)
            .earlyStop(EarlyStop.NEVER)
            .search(model, 1);
    assertArrayEquals(new int[] {1, 0}, found.get(0).ids());
    assertArrayEquals(new int[] {1, 2, 4, 0}, found.get(1).ids());
  }

  @Test
  void theBestLiveBeamOfADiverseGroupNeedNotBeItsFirst() {
    double[] end = row(Map.of(0, 1.0));
    TableModel model =
        new TableModel(
            end,
            row(Map.of(2, 0.3, 3, 0.25, 0, 0.2, 5, 0.15, 4, 0.1)),
            end,
            end,
            row(Map.of(6, 1.0)),
            end,
            row(Map.of(6, 1.0)),
            end);
    // The first group takes 2 and 3. For the second they are worse by 2, so 0 and 5 end, and 4 goes
    // on before 2; but 2 has the better score, better than 5's, and the search must go on.
    List<ScoredSequence> found =
        new BeamSearch(4, 4, 3)
            .endTokens(0, 5)
            .diverse(2, 2)
            .earlyStop(EarlyStop.HUGGING_FACE)
            .search(model, 1);
    assertEquals(
        List.of("[1, 2, 0]", "[1, 2, 0]", "[1, 3, 0]", "[1, 0]"),
        found.stream().map(s -> Arrays.toString(s.ids())).toList());
  }

  @Test
  void lengthPenaltyChangesWhatIsBest() {
    BeamSearch search = new BeamSearch(2, 1, 12).endTokens(0).earlyStop(EarlyStop.NEVER);
    assertArrayEquals(new int[] {1, 0}, search.search(MODEL, 1).get(0).ids());
    assertArrayEquals(
        new int[] {1, 2, 4, 5, 6, 7, 0}, search.lengthPenalty(1).search(MODEL, 1).get(0).ids());
  }
}
