package dev.weft.decoding;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/// A [BeamTree] as indented lines.
final class BeamTreeText {
  private final BeamTree tree;
  private final Tokenizer tokenizer;
  private final List<List<BeamTree.Node>> children = new ArrayList<>();
  private final List<TreeSet<Integer>> results = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();

  BeamTreeText(BeamTree tree, Tokenizer tokenizer) {
    this.tree = tree;
    this.tokenizer = tokenizer;
    for (BeamTree.Node node : tree.nodes()) {
      children.add(new ArrayList<>());
      results.add(new TreeSet<>());
      if (node.step() > 0) {
        children.get(node.parent()).add(node); // in the order of the walk: the best first
      }
    }
    for (int i = 0; i < tree.results().size(); i++) {
      for (BeamTree.Node node : tree.path(tree.results().get(i).node())) {
        results.get(node.id()).add(i + 1);
      }
    }
    text.append(Sampling.repr(tokenizer.decode(tree.prompt()))).append('\n');
    children.get(0).forEach(this::append);
  }

  private void append(BeamTree.Node node) {
    text.append("  ".repeat(node.step()))
        .append(
            switch (node.fate()) {
              case KEPT -> '+';
              case PRUNED -> '-';
              case FINISHED -> '=';
            })
        .append(String.format(Locale.ROOT, " %.3f ", node.score()))
        .append(Sampling.repr(tokenizer.decode(node.token())));
    if (node.rival() >= 0) {
      double rival = tree.nodes().get(node.rival()).score();
      text.append(String.format(Locale.ROOT, " < %.3f", rival));
    }
    for (int result : results.get(node.id())) {
      text.append(" #").append(result);
    }
    text.append('\n');
    children.get(node.id()).forEach(this::append);
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
