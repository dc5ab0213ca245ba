package dev.weft.decoding;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Runs a sampler stage by stage and compares the candidates before and after each, so that a
/// filter needn't know that it is watched.
final class Deciding {
  private final float[] logits;
  private final List<float[]> after = new ArrayList<>(); // the logits by id after each stage
  private final List<Decision.Stage> stages = new ArrayList<>();

  Deciding(float[] logits) {
    this.logits = logits;
  }

  Decision decide(Sampler sampler, History history, double uniform, int best) {
    Candidates candidates = new Candidates().load(logits, 0, logits.length);
    double[] model = shares(candidates, possible(logits));
    for (Filter filter : sampler.filters()) {
      run(filter, candidates, history);
    }
    double[] probabilities = sampler.chooser().probabilities(candidates);
    int chosen = sampler.chooser().choose(candidates, uniform);
    int runnerUp = runnerUp(probabilities, chosen);
    Set<Integer> shown = likeliest(best);
    shown.add(chosen);
    if (runnerUp >= 0) {
      shown.add(runnerUp);
    }
    List<Decision.Token> tokens =
        shown.stream()
            .map(id -> token(id, model[id], probabilities[id]))
            .sorted(Comparator.comparingInt(Decision.Token::rank))
            .toList();
    return new Decision(
        history.length(), uniform, chosen, runnerUp, stages, sampler.skipped(), tokens);
  }

  private void run(Filter filter, Candidates candidates, History history) {
    int possible = possible(candidates.toLogits());
    double[] before = shares(candidates, possible);
    filter.apply(candidates, history);
    float[] left = candidates.toLogits();
    double cut = 0;
    for (int id = 0; id < left.length; id++) {
      cut += left[id] > Float.NEGATIVE_INFINITY ? 0 : before[id];
    }
    after.add(left);
    stages.add(new Decision.Stage(filter.name(), possible, possible(left), Math.max(0, 1 - cut)));
  }

  /// The probabilities by id; all 0 where nothing is possible, which a forced token may yet change.
  private static double[] shares(Candidates candidates, int possible) {
    return possible == 0
        ? new double[candidates.vocabularySize()]
        : Categorical.softmax(candidates);
  }

  private static int possible(float[] logits) {
    int count = 0;
    for (float logit : logits) {
      count += logit > Float.NEGATIVE_INFINITY ? 1 : 0;
    }
    return count;
  }

  /// The likeliest of the others, or −1.
  private static int runnerUp(double[] probabilities, int chosen) {
    int best = -1;
    for (int id = 0; id < probabilities.length; id++) {
      boolean better = best < 0 ? probabilities[id] > 0 : probabilities[id] > probabilities[best];
      if (id != chosen && better) {
        best = id;
      }
    }
    return best;
  }

  /// The possible ids of the largest logits of the model.
  private Set<Integer> likeliest(int count) {
    Candidates candidates = new Candidates().load(logits, 0, logits.length);
    candidates.keepPossible();
    if (count > 0) {
      new TopK(count).apply(candidates, new History());
    }
    Set<Integer> ids = new TreeSet<>();
    for (int i = 0; i < candidates.size && count > 0; i++) {
      ids.add(candidates.ids[i]);
    }
    return ids;
  }

  private Decision.Token token(int id, double modelProbability, double probability) {
    int rank = 0;
    for (int other = 0; other < logits.length; other++) {
      boolean likelier = logits[other] > logits[id] || (logits[other] == logits[id] && other < id);
      rank += likelier ? 1 : 0;
    }
    int survived = stages.size(); // by the stages before the one that cut it for good
    while (survived > 0 && after.get(survived - 1)[id] == Float.NEGATIVE_INFINITY) {
      survived--;
    }
    List<Double> values = new ArrayList<>();
    for (int s = 0; s < survived; s++) {
      values.add((double) after.get(s)[id]);
    }
    String cutBy = survived < stages.size() ? stages.get(survived).name() : null;
    return new Decision.Token(id, rank, logits[id], modelProbability, values, probability, cutBy);
  }
}
