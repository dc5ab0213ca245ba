package dev.weft.decoding;

import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// One call of a [BeamSearch]: the main loop, and the scratch that it reuses from step to step.
final class BeamRun {
  private final BeamSearch search;
  private final LanguageModel model;
  private final int[] prompt;
  private final BeamTrace trace; // or null
  private final int limit;
  private final Prefixes prefixes = new Prefixes();
  private final BeamGroup[] groups;
  private final int[] firstRows; // of each group in the session
  private final NgramBan ban;
  private final RowBests bests = new RowBests();
  private final BeamCandidates candidates = new BeamCandidates();
  private final int[] taken; // tokens that the groups before took in this step
  private int takenCount;
  private int length;

  /// @param trace is written unless it is null
  BeamRun(BeamSearch search, LanguageModel model, int[] prompt, BeamTrace trace) {
    if (prompt.length == 0) {
      throw new IllegalArgumentException(
          "beam search: the prompt is empty; begin with a start token instead");
    }
    search.requireEndTokensIn(model);
    this.search = search;
    this.model = model;
    this.prompt = prompt.clone();
    this.trace = trace;
    // The token after a full context can still be found, but not fed.
    long room = Math.max(1, model.contextLength() - (long) prompt.length + 1);
    limit = (int) Math.min(search.maxNewTokens(), room);
    groups = new BeamGroup[search.groups()];
    int width = search.beams() / groups.length;
    for (int g = 0; g < groups.length; g++) {
      groups[g] = new BeamGroup(search, prefixes, trace, width, limit);
    }
    firstRows = new int[groups.length];
    taken = new int[search.beams()];
    ban =
        search.noRepeatNgram() == 0
            ? null
            : new NgramBan(search.noRepeatNgram(), search.beams(), prompt);
  }

  /// The nodes of what was found, best first, each with its sequence.
  List<BeamTree.Result> run() {
    try (LanguageModel.Session session = model.open(1)) {
      if (step(session.feed(new int[][] {prompt}))) {
        continueFrom(session);
      }
    }
    return results();
  }

  private void continueFrom(LanguageModel.Session first) {
    int[] parents = nextRows(); // all of them copies of the one row
    try (LanguageModel.Session session = first.fork(parents.length)) {
      first.close(); // its cache isn't needed beside the copies
      while (step(session.feed(newest(parents.length)))) {
        parents = nextRows();
        session.reorder(parents);
      }
    }
  }

  /// One token more for each group. Returns whether a step is to follow.
  private boolean step(Tensor logits) {
    length++;
    takenCount = 0;
    bests.load(logits, Math.min(wantedPerRow(), logits.dim(1)));
    for (int g = 0; g < groups.length; g++) {
      BeamGroup group = groups[g];
      if (group.going()) {
        collect(group, firstRows[g]);
        group.advance(candidates);
        for (int b = 0; group.going() && b < group.size(); b++) {
          taken[takenCount++] = prefixes.token(group.node(b));
        }
      }
    }
    if (search.listener() != BeamListener.NONE) {
      search.listener().step(length, sorted(live()).stream().map(this::sequence).toList());
    }
    return !stopped() && length < limit && rows() > 0;
  }

  /// So many of each row's best are enough: a group keeps at most its width and passes over the end
  /// tokens, the banned ones and those that other groups took.
  private int wantedPerRow() {
    int width = groups[0].width();
    int wanted = trace == null ? width + search.ends() : search.considered(width);
    wanted += search.bans();
    if (search.diversityPenalty() > 0) {
      wanted += search.beams() - width;
    }
    int banned = 0;
    for (int g = 0; ban != null && g < groups.length; g++) {
      for (int b = 0; groups[g].going() && b < groups[g].size(); b++) {
        banned = Math.max(banned, ban.find(firstRows[g] + b, prefixes, groups[g].node(b)));
      }
    }
    return wanted + banned;
  }

  private void collect(BeamGroup group, int firstRow) {
    candidates.clear(group.size() * bests.count());
    for (int b = 0; b < group.size(); b++) {
      int row = firstRow + b;
      double score = prefixes.score(group.node(b));
      for (int place = 0; place < bests.count(); place++) {
        int id = bests.id(row, place);
        float logit = bests.logit(row, place);
        if (logit == Float.NEGATIVE_INFINITY) {
          break;
        }
        if (!search.bans(id)
            && !(search.isEnd(id) && length < search.minNewTokens())
            && !(ban != null && ban.bans(row, id))) {
          double logProbability = bests.logProbability(row, place);
          candidates.add(b, id, logit, logProbability, score + logProbability - penalty(id));
        }
      }
    }
    candidates.order();
  }

  private double penalty(int id) {
    int times = 0;
    for (int i = 0; i < takenCount; i++) {
      times += taken[i] == id ? 1 : 0;
    }
    return times == 0 ? 0 : search.diversityPenalty() * times;
  }

  /// Rows of the next step: as many as there may be beams, since a session cannot grow again.
  private int rows() {
    int rows = 0;
    for (BeamGroup group : groups) {
      rows += group.going() ? group.width() : 0;
    }
    return rows;
  }

  /// Which row of the last step each row of the next one continues; rows without a beam copy the
  /// first.
  private int[] nextRows() {
    int[] parents = new int[rows()];
    int row = 0;
    for (int g = 0; g < groups.length; g++) {
      int before = firstRows[g];
      firstRows[g] = row;
      for (int b = 0; groups[g].going() && b < groups[g].size(); b++) {
        parents[row++] = before + groups[g].origin(b);
      }
    }
    for (; row < parents.length; row++) {
      parents[row] = parents[0];
    }
    return parents;
  }

  private int[][] newest(int rows) {
    int[][] tokens = new int[rows][1];
    int row = 0;
    for (BeamGroup group : groups) {
      for (int b = 0; group.going() && b < group.size(); b++) {
        tokens[row++][0] = prefixes.token(group.node(b));
      }
    }
    for (; row < rows; row++) {
      tokens[row][0] = tokens[0][0];
    }
    return tokens;
  }

  /// Whether the early stop ends the search.
  private boolean stopped() {
    if (search.earlyStop() != EarlyStop.RETURNED_COUNT) {
      return rows() == 0;
    }
    int ended = 0;
    for (BeamGroup group : groups) {
      ended += group.ended();
    }
    return ended >= search.returned();
  }

  private List<BeamTree.Result> results() {
    List<Integer> finished = new ArrayList<>();
    for (BeamGroup group : groups) {
      for (int place = 0; place < group.ended(); place++) {
        finished.add(group.finished(place));
      }
    }
    List<Integer> chosen = sorted(finished);
    chosen.addAll(sorted(live()));
    if (search.rankAll() && !stopped()) {
      chosen = sorted(chosen);
    }
    int count = Math.min(search.returned(), chosen.size());
    return sorted(chosen.subList(0, count)).stream()
        .map(node -> new BeamTree.Result(node, sequence(node)))
        .toList();
  }

  private List<Integer> live() {
    List<Integer> live = new ArrayList<>();
    for (BeamGroup group : groups) {
      for (int b = 0; b < group.size(); b++) {
        live.add(group.node(b));
      }
    }
    return live;
  }

  /// A copy, the best first; equal ones stay in their order.
  private List<Integer> sorted(List<Integer> nodes) {
    List<Integer> sorted = new ArrayList<>(nodes);
    sorted.sort(Comparator.comparingDouble(node -> -rank(node)));
    return sorted;
  }

  private double rank(int node) {
    return search.rank(prefixes.score(node), prefixes.length(node));
  }

  private ScoredSequence sequence(int node) {
    boolean finished = search.isEnd(prefixes.token(node));
    int[] ids = Arrays.copyOf(prompt, prompt.length + prefixes.length(node));
    prefixes.write(node, ids, prompt.length);
    if (finished && !search.includeEos()) {
      ids = Arrays.copyOf(ids, ids.length - 1);
    }
    return new ScoredSequence(rank(node), prefixes.score(node), ids, prompt.length, finished);
  }
}
