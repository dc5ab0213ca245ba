package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BeamTreeTest {
  private static final ToyTokenizer TOKENIZER = new ToyTokenizer(".", "A", "b", "c", "d", "");
  private static final BeamTree TOY = ToyBeams.search(2, 3, 4).trace(ToyBeams.MODEL, 1);

  @Test
  void theTreeHoldsWhatTheSearchReturns() {
    ToyBeams.assertIdentical(ToyBeams.search(2, 3, 4).search(ToyBeams.MODEL, 1), TOY.sequences());
    for (BeamTree.Result result : TOY.results()) {
      assertEquals(
          List.of(1, 2, result.sequence().ids()[2], 0),
          path(result.node()),
          "both results begin with 1 2 and end with 0");
      assertEquals(BeamTree.Fate.FINISHED, TOY.nodes().get(result.node()).fate());
    }
  }

  private static List<Integer> path(int node) {
    List<Integer> ids = new ArrayList<>(List.of(TOY.prompt()[0]));
    TOY.path(node).forEach(n -> ids.add(n.token()));
    return ids;
  }

  @Test
  void nodesPointToTheirParentsAndAddUp() {
    for (int i = 1; i < TOY.nodes().size(); i++) {
      BeamTree.Node node = TOY.nodes().get(i);
      BeamTree.Node parent = TOY.nodes().get(node.parent());
      assertEquals(i, node.id());
      assertEquals(parent.step() + 1, node.step());
      assertEquals(BeamTree.Fate.KEPT, parent.fate());
      assertEquals(parent.score() + node.logProbability(), node.score());
    }
  }

  @Test
  void everyStepConsidersTheBestTwoK() {
    for (int step = 1; step <= 3; step++) {
      int at = step;
      // After 1 only four tokens are possible.
      assertEquals(step == 1 ? 4 : 6, TOY.nodes().stream().filter(n -> n.step() == at).count());
      assertEquals(
          3,
          TOY.nodes().stream()
              .filter(n -> n.step() == at && n.fate() == BeamTree.Fate.KEPT)
              .count());
    }
  }

  @Test
  void aPrunedNodeNamesTheWorstThatWentOnInstead() {
    // The best finished sequence of all, [1, 3, 0], is pruned behind [1, 2, 4].
    BeamTree.Node pruned =
        TOY.nodes().stream()
            .filter(n -> n.token() == 0 && n.fate() == BeamTree.Fate.PRUNED)
            .findFirst()
            .orElseThrow();
    assertEquals(List.of(1, 3, 0), path(pruned.id()));
    assertEquals(-2.120263536200091, pruned.score(), 1e-6);
    assertEquals(List.of(1, 2, 4), path(pruned.rival()));
    for (BeamTree.Node node : TOY.nodes()) {
      if (node.fate() == BeamTree.Fate.PRUNED) {
        assertTrue(TOY.nodes().get(node.rival()).score() >= node.score());
      } else {
        assertEquals(-1, node.rival());
      }
    }
  }

  @Test
  void anEndBelowTheBestKNamesTheKth() {
    double[][] table = new double[6][6];
    table[1] = new double[] {0.3, 0, 0.4, 0.1, 0, 0.2}; // 2, 0, 5, 3
    BeamTree tree = byHuggingFace(2).trace(new TableModel(table), 1);
    BeamTree.Node end = tree.nodes().get(3);
    assertEquals(5, end.token());
    assertEquals(BeamTree.Fate.PRUNED, end.fate());
    assertEquals(BeamTree.Fate.KEPT, tree.nodes().get(4).fate(), "worse, but no end");
    assertEquals(2, end.rival());
  }

  @Test
  void whereNothingWentOnTheRivalIsTheWorstThatEnded() {
    double[][] table = new double[6][6];
    table[1] = new double[] {0.7, 0, 0, 0, 0, 0.3};
    BeamTree tree = byHuggingFace(1).trace(new TableModel(table), 1);
    assertEquals(BeamTree.Fate.FINISHED, tree.nodes().get(1).fate());
    assertEquals(BeamTree.Fate.PRUNED, tree.nodes().get(2).fate());
    assertEquals(1, tree.nodes().get(2).rival());
  }

  private static BeamSearch byHuggingFace(int beams) {
    return new BeamSearch(beams, 1, 1).endTokens(0, 5).earlyStop(EarlyStop.NEVER);
  }

  @Test
  @DisplayName("S0-42: greedy keeps one branch, a child at each level")
  void greedyKeepsOneBranch() {
    HashModel model = new HashModel(20, 100);
    BeamTree tree = new BeamSearch(1, 1, 6).trace(model, 3);
    Continuation greedy = new Generator(Sampler.GREEDY, 0, 6).generate(model, 3);
    List<Integer> kept = new ArrayList<>();
    for (BeamTree.Node node : tree.nodes().subList(1, tree.nodes().size())) {
      if (node.fate() == BeamTree.Fate.KEPT) {
        kept.add(node.token());
        assertEquals(kept.size(), node.step());
      }
    }
    assertEquals(java.util.Arrays.stream(greedy.generated()).boxed().toList(), kept);
  }

  @Test
  void tracingChangesNothing() {
    for (EarlyStop policy : EarlyStop.values()) {
      HashModel model = new HashModel(12, 100);
      BeamSearch search =
          new BeamSearch(6, 6, 7)
              .endTokens(0, 1, 2)
              .earlyStop(policy)
              .diverse(2, 0.5)
              .noRepeatNgram(2)
              .minNewTokens(2);
      ToyBeams.assertIdentical(search.search(model, 5), search.trace(model, 5).sequences());
    }
  }

  @Test
  void theTextShowsScoresFatesAndResults() {
    String[] lines = TOY.toText(TOKENIZER).split("\n");
    assertEquals("\"A\"", lines[0]);
    assertEquals(
        List.of(
            "  + -0.693 \"b\" #1 #2",
            "    + -1.609 \"c\" #2",
            "      + -2.303 \"b\"",
            "      = -2.813 \".\" #2"),
        List.of(lines).subList(1, 5));
    assertTrue(List.of(lines).contains("    - -2.120 \".\" < -1.897"), String.join("\n", lines));
    assertEquals(TOY.nodes().size(), lines.length);
  }

  @Test
  @DisplayName("S1-84: a listener prints the live completions of every step")
  void aListenerPrintsLiveBeams() {
    List<String> lines = new ArrayList<>();
    ToyBeams.search(2, 3, 4)
        .listener(BeamListener.lines(TOKENIZER, lines::add))
        .search(ToyBeams.MODEL, 1);
    // golden: the trace of toybeam_R2_K3_M4
    assertEquals(
        List.of(
            "-0.693 \"b\"",
            "-0.916 \"c\"",
            "-2.996 \"d\"",
            "-1.609 \"bc\"",
            "-1.609 \"cb\"",
            "-1.897 \"bd\"",
            "-2.303 \"bcb\"",
            "-2.526 \"cbc\"",
            "-2.813 \"cbd\""),
        lines);
  }
}
