package dev.weft.decoding;

import java.util.Arrays;

/// Beams that compete among themselves, and what of theirs has finished. A search has one group, a
/// diverse search several.
final class BeamGroup {
  private final BeamSearch search;
  private final Prefixes prefixes;
  private final BeamTrace trace; // or null
  private final int width;
  private final int limit;
  private final boolean byHuggingFace;
  private int[] live;
  private int[] next;
  private final int[] origins;
  private int size = 1;
  private int[] finished = new int[8];
  private int ended;
  private boolean going = true;

  /// A group of `width` beams, the prompt being the first and only one now, which are to have at
  /// most `limit` generated tokens; a trace is written unless it is null.
  BeamGroup(BeamSearch search, Prefixes prefixes, BeamTrace trace, int width, int limit) {
    this.search = search;
    this.prefixes = prefixes;
    this.trace = trace;
    this.width = width;
    this.limit = limit;
    this.byHuggingFace = search.earlyStop() != EarlyStop.RETURNED_COUNT;
    live = new int[width];
    next = new int[width];
    origins = new int[width];
  }

  /// Live beams at most.
  int width() {
    return width;
  }

  /// Live beams.
  int size() {
    return size;
  }

  /// The last token of a live beam; beams are in the order in which the last step kept them.
  int node(int beam) {
    return live[beam];
  }

  /// Which beam of the step before a beam continues.
  int origin(int beam) {
    return origins[beam];
  }

  /// Finished sequences.
  int ended() {
    return ended;
  }

  /// The end token of a finished sequence, the best first.
  int finished(int place) {
    return finished[place];
  }

  /// Whether a next step makes sense: some beam can go on, and the early stop of this group doesn't
  /// say that enough has finished.
  boolean going() {
    return going;
  }

  /// Walks the candidates from the best to the worst until the next beam is full, and with a trace
  /// on to the last that counts as considered.
  void advance(BeamCandidates candidates) {
    int kept = 0;
    int considered = trace == null ? 0 : search.considered(width);
    for (int place = 0; kept < width || place < considered; place++) {
      int c = candidates.next();
      if (c < 0) {
        break;
      }
      int parent = live[candidates.beam(c)];
      int id = candidates.id(c);
      BeamTree.Fate fate = fate(id, kept, place);
      if (fate == BeamTree.Fate.PRUNED && trace == null) {
        continue;
      }
      double score = prefixes.score(parent) + candidates.logProbability(c);
      int node = prefixes.add(parent, id, score);
      if (trace != null) {
        trace.add(parent, id, candidates.logProbability(c), score, fate);
      }
      switch (fate) {
        case KEPT -> {
          next[kept] = node;
          origins[kept++] = candidates.beam(c);
        }
        case FINISHED -> finish(node);
        case PRUNED -> {}
      }
    }
    if (trace != null) {
      trace.endWalk(width);
    }
    if (kept > 0) {
      int[] before = live;
      live = next;
      next = before;
      size = kept;
      going = !stops();
      size = going ? kept : 0;
    } else {
      size = ended == 0 ? size : 0; // with nothing finished, what cannot go on is the result
      going = false;
    }
  }

  private BeamTree.Fate fate(int id, int kept, int place) {
    if (kept == width) {
      return BeamTree.Fate.PRUNED;
    }
    if (!search.isEnd(id)) {
      return BeamTree.Fate.KEPT;
    }
    return byHuggingFace && place >= width ? BeamTree.Fate.PRUNED : BeamTree.Fate.FINISHED;
  }

  private void finish(int node) {
    int place = ended;
    while (place > 0 && rank(node) > rank(finished[place - 1])) {
      place--;
    }
    if (byHuggingFace && ended == width) {
      if (place == width) {
        return;
      }
      ended--; // the worst makes room
    }
    if (ended == finished.length) {
      finished = Arrays.copyOf(finished, 2 * ended);
    }
    System.arraycopy(finished, place, finished, place + 1, ended - place);
    finished[place] = node;
    ended++;
  }

  private boolean stops() {
    if (!byHuggingFace || ended < width) {
      return false;
    }
    int length = prefixes.length(live[0]);
    return switch (search.earlyStop()) {
      case RETURNED_COUNT -> false; // counted over all groups
      case ALL_BEAMS -> true;
      case HUGGING_FACE -> !canBeat(length);
      case NEVER -> !canBeat(search.lengthPenalty() > 0 ? limit : length);
    };
  }

  /// Whether a live beam of the same log-probability at `length` tokens would rank above the worst
  /// finished sequence.
  private boolean canBeat(int length) {
    double best = Double.NEGATIVE_INFINITY;
    for (int b = 0; b < size; b++) {
      best = Math.max(best, prefixes.score(live[b]));
    }
    return search.rank(best, length) > rank(finished[ended - 1]);
  }

  private double rank(int node) {
    return search.rank(prefixes.score(node), prefixes.length(node));
  }
}
