package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Once its scratch has grown, a sampler allocates nothing, however many candidates are left and
/// however long the history is.
class AllocationTest {
  private static final int VOCABULARY = 2500;

  private static final List<Filter> EVERY_FILTER =
      List.of(
          new LogitBias(Map.of(3, 0.5, 8, -0.5)),
          new RepetitionPenalty(1.1),
          new FrequencyPenalty(0.1, PenaltyScope.GENERATED),
          new PresencePenalty(0.1, PenaltyScope.lastN(20)),
          new NoRepeatNgram(2),
          new BadWords(new int[] {1, 2}, new int[] {5}),
          new MinLength(9, 0),
          new ForcedToken(7, 4),
          new Temperature(0.8),
          new TopK(2000),
          new TopK(1500, Ties.KEEP_ALL),
          new MinP(1e-5, 2),
          new TopP(0.999, NucleusRule.INCLUSIVE, 2),
          new TopP(0.99, NucleusRule.EXCLUSIVE),
          new Typical(0.95));

  @Test
  void aDrawAllocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (Chooser chooser : List.of(Chooser.CATEGORICAL, Chooser.GREEDY)) {
      Sampler sampler = new Sampler(EVERY_FILTER, chooser);
      Candidates candidates = new Candidates();
      float[][] logits = new float[4][];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = Draws.random(i, VOCABULARY, 2);
      }
      History history = new History(1, 2, 3);
      long least = Long.MAX_VALUE; // a window in which nothing has to grow
      for (int window = 0; window < 8; window++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int step = 0; step < 40; step++) {
          draw(sampler, candidates, logits, history, step);
        }
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertEquals(0, least);
    }
  }

  private static void draw(
      Sampler sampler, Candidates candidates, float[][] logits, History history, int step) {
    candidates.load(logits[step % 4], 0, VOCABULARY);
    history.append(sampler.next(candidates, history, step / 40.0));
  }
}
