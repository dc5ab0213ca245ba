package dev.weft.decoding;

import java.util.ArrayList;
import java.util.List;

/// Everything that a beam search considered, and what became of it: plain data, for a page or a
/// file.
///
/// @param prompt the ids that the search began with
/// @param nodes by id; node 0 is the prompt, every other one a token after its parent
/// @param results what was returned, best first
public record BeamTree(int[] prompt, List<Node> nodes, List<Result> results) {
  /// What became of a token.
  public enum Fate {
    /// It went on as a beam.
    KEPT,
    /// It was among the best 2K of its step (more with several end tokens), but others went on.
    PRUNED,
    /// It ended its sequence.
    FINISHED
  }

  /// One token that was considered.
  ///
  /// @param id its place in the list
  /// @param parent the token before it; −1 for the prompt
  /// @param step which generated token it is, from 1; 0 for the prompt
  /// @param token its id in the vocabulary; −1 for the prompt
  /// @param logProbability of this token after those before it, natural
  /// @param score the sum of the log-probabilities from the prompt to here
  /// @param fate what became of it
  /// @param rival of a pruned one: the worst that went on in its step instead; where that is worse
  ///     yet, as for an end token below the best K, the K-th; where none went on, the worst that
  ///     ended; −1 for others
  public record Node(
      int id,
      int parent,
      int step,
      int token,
      double logProbability,
      double score,
      Fate fate,
      int rival) {}

  /// One of the sequences returned.
  ///
  /// @param node its last token
  /// @param sequence as [BeamSearch#search] returns it
  public record Result(int node, ScoredSequence sequence) {}

  public BeamTree {
    nodes = List.copyOf(nodes);
    results = List.copyOf(results);
  }

  /// The nodes from the first generated token to `node`.
  public List<Node> path(int node) {
    List<Node> path = new ArrayList<>();
    for (Node at = nodes.get(node); at.step() > 0; at = nodes.get(at.parent())) {
      path.addFirst(at);
    }
    return path;
  }

  /// The returned sequences, best first.
  public List<ScoredSequence> sequences() {
    return results.stream().map(Result::sequence).toList();
  }

  /// One line for each node, indented below its parent: `+` for what went on, `-` for what was
  /// pruned and by which score, `=` for what ended; then its score, its text and the numbers of the
  /// results that it belongs to.
  public String toText(Tokenizer tokenizer) {
    return new BeamTreeText(this, tokenizer).toString();
  }
}
