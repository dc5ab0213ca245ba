package dev.weft.decoding;

import dev.weft.tensor.Draw;
import dev.weft.tensor.Elementary;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.List;

/// A sampler whose stages the device runs in one kernel, so that no logits are copied: a
/// temperature, a frequency penalty, top-k and top-p, each at most once and in this order, then a
/// draw; or greedy alone. Its ids are those of the sampler.
final class DeviceSampler {
  private boolean greedy;
  private double temperature = 1;
  private FrequencyPenalty penalty;
  private int topK;
  private double topP;
  private NucleusRule rule = NucleusRule.INCLUSIVE;

  private DeviceSampler() {}

  /// The sampler on a device, or null when it has a stage that runs on the host only.
  static DeviceSampler of(Sampler sampler, int vocabularySize) {
    DeviceSampler stages = new DeviceSampler();
    int last = 0;
    for (Filter filter : sampler.filters()) {
      int stage = stages.take(filter, vocabularySize);
      if (stage <= last) {
        return null;
      }
      last = stage;
    }
    stages.greedy = sampler.chooser() == Chooser.GREEDY;
    boolean known = stages.greedy ? last == 0 : sampler.chooser() == Chooser.CATEGORICAL;
    return known ? stages : null;
  }

  /// Takes over a filter; returns its place in the order, 0 for one that the kernel doesn't have.
  private int take(Filter filter, int vocabularySize) {
    return switch (filter) {
      case Temperature t -> {
        temperature = t.divisor();
        yield 1;
      }
      case FrequencyPenalty f -> {
        penalty = f;
        yield 2;
      }
      case TopK k when k.ties() == Ties.SMALLER_ID -> {
        topK = k.k();
        yield 3;
      }
      case TopP p
          when p.p() > 0 && p.minKept() == 1 && vocabularySize <= Elementary.MOST_MASSES -> {
        topP = p.p();
        rule = p.rule();
        yield 4;
      }
      default -> 0;
    };
  }

  /// The id that follows each history by its row of logits (rows, V); −1 where the logits allow
  /// none. The caller's scope owns what it allocates.
  int[] next(Tensor logits, List<History> histories, int[] sequences, long seed) {
    if (greedy) {
      return greedy(logits);
    }
    int rows = histories.size();
    int[] steps = new int[rows];
    for (int r = 0; r < rows; r++) {
      steps[r] = histories.get(r).length();
    }
    Draw draw =
        new Draw(
            temperature,
            penalty == null ? 0 : penalty.value(),
            penalty == null ? null : counts(logits, histories),
            topK,
            topP,
            rule == NucleusRule.EXCLUSIVE,
            seed,
            Tensor.ids(logits.device(), Shape.of(rows), steps),
            Tensor.ids(logits.device(), Shape.of(rows), sequences));
    return Ops.sample(logits, draw).toInts();
  }

  /// The largest logits; −1 beside NaN and where nothing is possible.
  private static int[] greedy(Tensor logits) {
    Tensor best = Ops.argmax(logits);
    int[] ids = best.toInts();
    float[] values = Ops.gather(logits, Ops.unsqueeze(best, 1)).toFloats();
    for (int r = 0; r < ids.length; r++) {
      boolean possible = values[r] > Float.NEGATIVE_INFINITY;
      ids[r] = possible ? ids[r] : -1;
    }
    return ids;
  }

  private Draw.Counts counts(Tensor logits, List<History> histories) {
    int rows = histories.size();
    int[] starts = new int[rows + 1];
    for (int r = 0; r < rows; r++) {
      starts[r + 1] = starts[r] + histories.get(r).counts(penalty.scope()).size();
    }
    int[] ids = new int[starts[rows]];
    int[] times = new int[ids.length];
    for (int r = 0; r < rows; r++) {
      TokenCounts counts = histories.get(r).counts(penalty.scope());
      for (int i = 0; i < counts.size(); i++) {
        ids[starts[r] + i] = counts.id(i);
        times[starts[r] + i] = counts.count(i);
      }
    }
    return new Draw.Counts(
        Tensor.ids(logits.device(), Shape.of(rows + 1), starts),
        Tensor.ids(logits.device(), Shape.of(ids.length), ids),
        Tensor.ids(logits.device(), Shape.of(ids.length), times));
  }
}
