package dev.weft.decoding;

import dev.weft.tensor.Draw;
import dev.weft.tensor.Elementary;
import dev.weft.tensor.Tensor;

/// A sampler whose stages the device runs by itself, so that no logits are copied: a temperature, a
/// frequency penalty, top-k and top-p, each at most once and in this order, then a draw; or greedy
/// alone. Its ids are those of the sampler.
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

  /// Whether it takes the largest logit, and draws nothing.
  boolean greedy() {
    return greedy;
  }

  /// What it counts in a history, or null when it counts nothing.
  PenaltyScope counted() {
    return penalty == null || penalty.value() == 0 ? null : penalty.scope();
  }

  /// Its draw, unless it is greedy.
  ///
  /// @param counts of the ids that it penalises, null where [#counted()] is
  Draw draw(long seed, Tensor steps, Tensor sequences, Draw.Counts counts) {
    return new Draw(
        temperature,
        counts == null ? 0 : penalty.value(),
        counts,
        topK,
        topP,
        rule == NucleusRule.EXCLUSIVE,
        seed,
        steps,
        sequences);
  }
}
