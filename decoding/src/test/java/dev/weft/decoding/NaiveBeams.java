package dev.weft.decoding;

import dev.weft.tensor.Ops;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/// Beam search in the plainest way, to compare with: whole histories, all K · V candidates of a
/// step scored and fully sorted. Knows every setting of a search.
final class NaiveBeams {
  private final BeamSearch settings;
  private final int width;
  private final boolean countsAllEnds;
  private final Comparator<Beam> bestFirst = Comparator.comparingDouble(beam -> -rank(beam));
  private int promptLength;
  private int limit;

  NaiveBeams(BeamSearch settings) {
    this.settings = settings;
    width = settings.beams() / settings.groups();
    countsAllEnds = settings.earlyStop() == EarlyStop.RETURNED_COUNT;
  }

  private record Beam(int[] ids, double score, boolean finished) {}

  private record Candidate(int beam, int id, float logit, double score, double rank) {}

  /// Beams that compete among themselves.
  private final class Group {
    List<Beam> live;
    final List<Beam> finished = new ArrayList<>();
    boolean going = true;

    Group(Beam prompt) {
      live = List.of(prompt);
    }

    void advance(List<Candidate> sorted) {
      List<Beam> kept = new ArrayList<>();
      for (int place = 0; place < sorted.size() && kept.size() < width; place++) {
        Candidate c = sorted.get(place);
        boolean ends = settings.isEnd(c.id);
        Beam longer = new Beam(append(live.get(c.beam).ids, c.id), c.score, ends);
        if (!ends) {
          kept.add(longer);
        } else if (countsAllEnds || place < width) {
          finished.add(longer);
          finished.sort(bestFirst);
        }
      }
      if (!countsAllEnds && finished.size() > width) {
        finished.subList(width, finished.size()).clear();
      }
      going = !kept.isEmpty() && !(finished.size() >= width && isEnough(kept));
      if (going) {
        live = kept;
      } else if (!finished.isEmpty()) {
        live = List.of();
      }
    }

    private boolean isEnough(List<Beam> kept) {
      double best = kept.stream().mapToDouble(Beam::score).max().orElseThrow();
      double worst = rank(finished.getLast());
      int length = kept.getFirst().ids.length - promptLength;
      return switch (settings.earlyStop()) {
        case RETURNED_COUNT -> false;
        case ALL_BEAMS -> true;
        case HUGGING_FACE -> best / StrictMath.pow(length, settings.lengthPenalty()) <= worst;
        case NEVER -> {
          int longest = settings.lengthPenalty() > 0 ? limit : length;
          yield best / StrictMath.pow(longest, settings.lengthPenalty()) <= worst;
        }
      };
    }
  }

  List<ScoredSequence> search(LanguageModel model, int... prompt) {
    promptLength = prompt.length;
    limit = Math.min(settings.maxNewTokens(), model.contextLength() - prompt.length + 1);
    List<Group> groups = new ArrayList<>();
    for (int g = 0; g < settings.groups(); g++) {
      groups.add(new Group(new Beam(prompt, 0, false)));
    }
    boolean enough = false;
    for (int step = 1; step <= limit && !enough; step++) {
      List<Integer> taken = new ArrayList<>();
      for (Group group : groups) {
        if (group.going) {
          group.advance(candidates(model, group.live, taken, step));
        }
        if (group.going) {
          group.live.forEach(beam -> taken.add(beam.ids[beam.ids.length - 1]));
        }
      }
      int ended = groups.stream().mapToInt(group -> group.finished.size()).sum();
      boolean none = groups.stream().noneMatch(group -> group.going);
      enough = countsAllEnds ? ended >= settings.returned() : none;
    }
    return results(groups, enough);
  }

  private List<ScoredSequence> results(List<Group> groups, boolean stopped) {
    List<Beam> all = sorted(groups.stream().flatMap(g -> g.finished.stream()).toList());
    all.addAll(sorted(groups.stream().flatMap(g -> g.live.stream()).toList()));
    if (settings.rankAll() && !stopped) {
      all = sorted(all);
    }
    return sorted(all.subList(0, Math.min(settings.returned(), all.size()))).stream()
        .map(b -> new ScoredSequence(rank(b), b.score, b.ids, promptLength, b.finished))
        .toList();
  }

  private List<Beam> sorted(List<Beam> beams) {
    List<Beam> sorted = new ArrayList<>(beams);
    sorted.sort(bestFirst);
    return sorted;
  }

  private double rank(Beam beam) {
    int length = beam.ids.length - promptLength;
    return beam.score / StrictMath.pow(length, settings.lengthPenalty());
  }

  private List<Candidate> candidates(
      LanguageModel model, List<Beam> live, List<Integer> taken, int step) {
    List<Candidate> all = new ArrayList<>();
    try (Scope _ = new Scope()) {
      Tensor logits = model.logits(live.stream().map(Beam::ids).toArray(int[][]::new));
      float[] values = logits.toFloats();
      float[] logSums = Ops.logSumExp(logits, -1).toFloats();
      for (int b = 0; b < live.size(); b++) {
        for (int id = 0; id < model.vocabularySize(); id++) {
          float logit = values[b * model.vocabularySize() + id];
          if (logit > Float.NEGATIVE_INFINITY && isAllowed(live.get(b).ids, id, step)) {
            double score = live.get(b).score + ((double) logit - logSums[b]);
            int times = Collections.frequency(taken, id);
            double rank = times == 0 ? score : score - settings.diversityPenalty() * times;
            all.add(new Candidate(b, id, logit, score, rank));
          }
        }
      }
    }
    all.sort(
        Comparator.comparingDouble((Candidate c) -> -c.rank)
            .thenComparingInt(Candidate::beam)
            .thenComparingDouble(c -> -c.logit)
            .thenComparingInt(Candidate::id));
    return all;
  }

  private boolean isAllowed(int[] ids, int id, int step) {
    boolean tooEarly = settings.isEnd(id) && step < settings.minNewTokens();
    return !settings.bans(id) && !tooEarly && !repeats(ids, id);
  }

  private boolean repeats(int[] ids, int id) {
    int n = settings.noRepeatNgram();
    int[] longer = append(ids, id);
    if (n == 0 || longer.length < n) {
      return false;
    }
    int[] last = Arrays.copyOfRange(longer, longer.length - n, longer.length);
    for (int start = 0; start + n < longer.length; start++) {
      if (Arrays.equals(last, Arrays.copyOfRange(longer, start, start + n))) {
        return true;
      }
    }
    return false;
  }

  private static int[] append(int[] ids, int id) {
    int[] longer = Arrays.copyOf(ids, ids.length + 1);
    longer[ids.length] = id;
    return longer;
  }
}
