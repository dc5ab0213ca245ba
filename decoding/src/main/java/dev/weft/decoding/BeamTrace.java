package dev.weft.decoding;

import java.util.ArrayList;
import java.util.List;

/// Writes down the nodes of a [BeamTree] while a search makes them, numbered as in [Prefixes].
final class BeamTrace {
  private final List<BeamTree.Node> nodes = new ArrayList<>();
  private int groupStart;

  BeamTrace() {
    nodes.add(new BeamTree.Node(0, -1, 0, -1, 0, 0, BeamTree.Fate.KEPT, -1));
    groupStart = 1;
  }

  /// The next node; a pruned one has no rival yet.
  void add(int parent, int token, double logProbability, double score, BeamTree.Fate fate) {
    int step = nodes.get(parent).step() + 1;
    nodes.add(
        new BeamTree.Node(nodes.size(), parent, step, token, logProbability, score, fate, -1));
  }

  /// A group of `width` beams has walked its candidates: those it pruned learn their rival.
  void endWalk(int width) {
    int kept = last(BeamTree.Fate.KEPT);
    int lastThatCounts = kept >= 0 ? kept : last(BeamTree.Fate.FINISHED);
    for (int i = groupStart; i < nodes.size(); i++) {
      BeamTree.Node n = nodes.get(i);
      if (n.fate() == BeamTree.Fate.PRUNED) {
        // An end token pruned before the beam was full wasn't among the best K.
        int rival = i < lastThatCounts ? groupStart + width - 1 : lastThatCounts;
        nodes.set(
            i,
            new BeamTree.Node(
                n.id(),
                n.parent(),
                n.step(),
                n.token(),
                n.logProbability(),
                n.score(),
                n.fate(),
                rival));
      }
    }
    groupStart = nodes.size();
  }

  /// The worst of a fate, as candidates are walked from the best to the worst; or −1.
  private int last(BeamTree.Fate fate) {
    for (int i = nodes.size() - 1; i >= groupStart; i--) {
      if (nodes.get(i).fate() == fate) {
        return i;
      }
    }
    return -1;
  }

  List<BeamTree.Node> nodes() {
    return nodes;
  }
}
