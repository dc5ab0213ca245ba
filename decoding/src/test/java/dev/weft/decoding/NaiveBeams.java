package dev.weft.decoding;

import dev.weft.tensor.Ops;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// Beam search in the plainest way, to compare with: whole histories, all K · V candidates of a
/// step scored and fully sorted.
record NaiveBeams(
    int beams,
    int returned,
    int maxNew,
    int end,
    int groups,
    double penalty,
    int ngram,
    int minNew) {
  NaiveBeams(int beams, int returned, int maxNew) {
    this(beams, returned, maxNew, -1, 1, 0, 0, 0);
  }

  private record Beam(int[] ids, double score) {}

  private record Candidate(int beam, int id, float logit, double score, double rank) {}

  List<ScoredSequence> search(LanguageModel model, int... prompt) {
    List<List<Beam>> live = new ArrayList<>();
    for (int g = 0; g < groups; g++) {
      live.add(List.of(new Beam(prompt, 0)));
    }
    List<Beam> finished = new ArrayList<>();
    boolean[] dead = new boolean[groups];
    int[] ended = new int[groups];
    for (int step = 1; step <= maxNew && finished.size() < returned; step++) {
      List<Integer> taken = new ArrayList<>();
      for (int g = 0; g < groups; g++) {
        if (dead[g]) {
          continue;
        }
        int before = finished.size();
        List<Beam> kept = walk(candidates(model, live.get(g), taken, step), live.get(g), finished);
        ended[g] += finished.size() - before;
        dead[g] = kept.isEmpty();
        if (!dead[g] || ended[g] > 0) {
          live.set(g, kept);
        }
        kept.forEach(beam -> taken.add(beam.ids[beam.ids.length - 1]));
      }
    }
    List<Beam> results = new ArrayList<>(finished);
    Comparator<Beam> bestFirst = Comparator.comparingDouble(beam -> -beam.score);
    results.sort(bestFirst);
    results.addAll(live.stream().flatMap(List::stream).sorted(bestFirst).toList());
    return results.stream()
        .limit(returned)
        .sorted(bestFirst)
        .map(b -> new ScoredSequence(b.score, b.score, b.ids, prompt.length, ends(b.ids)))
        .toList();
  }

  private boolean ends(int[] ids) {
    return ids[ids.length - 1] == end;
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
          double score = live.get(b).score + ((double) logit - logSums[b]);
          int candidate = id;
          long times = taken.stream().filter(t -> t == candidate).count();
          boolean tooEarly = id == end && step < minNew;
          if (logit > Float.NEGATIVE_INFINITY && !tooEarly && !repeats(live.get(b).ids, id)) {
            double rank = times == 0 ? score : score - penalty * times;
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

  private boolean repeats(int[] ids, int id) {
    int[] longer = append(ids, id);
    if (ngram == 0 || longer.length < ngram) {
      return false;
    }
    int[] last = Arrays.copyOfRange(longer, longer.length - ngram, longer.length);
    for (int start = 0; start + ngram < longer.length; start++) {
      if (Arrays.equals(last, Arrays.copyOfRange(longer, start, start + ngram))) {
        return true;
      }
    }
    return false;
  }

  private List<Beam> walk(List<Candidate> sorted, List<Beam> live, List<Beam> finished) {
    List<Beam> kept = new ArrayList<>();
    for (Candidate c : sorted) {
      Beam longer = new Beam(append(live.get(c.beam).ids, c.id), c.score);
      (c.id == end ? finished : kept).add(longer);
      if (kept.size() == beams / groups) {
        break;
      }
    }
    return kept;
  }

  private static int[] append(int[] ids, int id) {
    int[] longer = Arrays.copyOf(ids, ids.length + 1);
    longer[ids.length] = id;
    return longer;
  }
}
