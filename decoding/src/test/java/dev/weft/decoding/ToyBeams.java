package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;

/// The toy model of golden.json ("toybeam_*"): five tokens, 0 ends, prompts begin with 1.
final class ToyBeams {
  static final TableModel MODEL =
      new TableModel(
          new double[] {0.2, 0.2, 0.2, 0.2, 0.2},
          new double[] {0.05, 0, 0.5, 0.4, 0.05},
          new double[] {0.1, 0.1, 0.1, 0.4, 0.3},
          new double[] {0.3, 0.1, 0.5, 0.05, 0.05},
          new double[] {0.7, 0.1, 0.05, 0.1, 0.05});

  private ToyBeams() {}

  static BeamSearch search(int returned, int beams, int maxNew) {
    return new BeamSearch(beams, returned, maxNew).endTokens(0);
  }

  static ScoredSequence wanted(double score, int... ids) {
    return new ScoredSequence(score, score, ids, 1, ids[ids.length - 1] == 0);
  }

  static void assertSame(List<ScoredSequence> found, ScoredSequence... wanted) {
    assertEquals(wanted.length, found.size());
    for (int i = 0; i < wanted.length; i++) {
      assertEquals(Arrays.toString(wanted[i].ids()), Arrays.toString(found.get(i).ids()));
      assertEquals(wanted[i].score(), found.get(i).score(), 1e-6);
      assertEquals(wanted[i].finished(), found.get(i).finished());
    }
  }

  /// Equal to the bit.
  static void assertIdentical(List<ScoredSequence> a, List<ScoredSequence> b) {
    assertEquals(a.size(), b.size());
    for (int i = 0; i < a.size(); i++) {
      assertEquals(Arrays.toString(a.get(i).ids()), Arrays.toString(b.get(i).ids()));
      assertEquals(a.get(i).score(), b.get(i).score());
      assertEquals(a.get(i).logProbability(), b.get(i).logProbability());
      assertTrue(a.get(i).finished() == b.get(i).finished());
    }
  }
}
