package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.tensor.Philox;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PenaltyScopeTest {
  private static final float[] TENS = {10, 10, 10, 10};
  private static final History HISTORY = Kept.history(new int[] {0, 0, 1}, 1, 2);

  @Test
  @DisplayName("T7: a penalty counts all ids, the generated ones, or the last n; all by default")
  void scopes() {
    assertEquals(new FrequencyPenalty(1, PenaltyScope.ALL), new FrequencyPenalty(1));
    assertEquals(new PresencePenalty(1, PenaltyScope.ALL), new PresencePenalty(1));
    assertEquals(new RepetitionPenalty(2, PenaltyScope.ALL), new RepetitionPenalty(2));
    assertPenalised(PenaltyScope.ALL, new float[] {8, 8, 9, 10}, new float[] {5, 5, 5, 10});
    assertPenalised(PenaltyScope.GENERATED, new float[] {10, 9, 9, 10}, new float[] {10, 5, 5, 10});
    assertPenalised(PenaltyScope.lastN(3), new float[] {10, 8, 9, 10}, new float[] {10, 5, 5, 10});
    assertPenalised(PenaltyScope.lastN(4), new float[] {9, 8, 9, 10}, new float[] {5, 5, 5, 10});
    assertPenalised(PenaltyScope.lastN(9), new float[] {8, 8, 9, 10}, new float[] {5, 5, 5, 10});
    assertPenalised(PenaltyScope.lastN(0), TENS, TENS);
  }

  /// Frequency 1 gives `frequency`; presence 5 and repetition 2 both turn a 10 that counts into 5.
  private static void assertPenalised(PenaltyScope scope, float[] frequency, float[] present) {
    String name = scope.toString();
    assertArrayEquals(frequency, Kept.logits(TENS, HISTORY, new FrequencyPenalty(1, scope)), name);
    assertArrayEquals(present, Kept.logits(TENS, HISTORY, new PresencePenalty(5, scope)), name);
    assertArrayEquals(present, Kept.logits(TENS, HISTORY, new RepetitionPenalty(2, scope)), name);
  }

  @Test
  void countsFollowAGrowingHistory() {
    List<PenaltyScope> scopes =
        List.of(
            PenaltyScope.ALL,
            PenaltyScope.GENERATED,
            PenaltyScope.lastN(1),
            PenaltyScope.lastN(7),
            PenaltyScope.lastN(60),
            new PenaltyScope(false, 5));
    Philox random = Draws.stream(11);
    History history = new History(3, 1, 4, 1, 5);
    for (int step = 0; step < 600; step++) {
      if (step % 3 != 1) { // sometimes two ids come between two looks
        for (PenaltyScope scope : scopes) {
          assertEquals(counted(history, scope), read(history.counts(scope)), scope + " " + step);
        }
      }
      // From few ids with many repeats to many that collide in the table.
      int range = step < 200 ? 6 : 5000;
      history.append(((int) (random.nextUniform() * range)) * 64);
    }
  }

  private static Map<Integer, Integer> counted(History history, PenaltyScope scope) {
    Map<Integer, Integer> counts = new TreeMap<>();
    int first = scope.prompt() ? 0 : history.promptLength();
    for (int i = first; i < history.length(); i++) {
      if (history.length() - i <= scope.last()) {
        counts.merge(history.id(i), 1, Integer::sum);
      }
    }
    return counts;
  }

  private static Map<Integer, Integer> read(TokenCounts counts) {
    Map<Integer, Integer> read = new TreeMap<>();
    for (int i = 0; i < counts.size(); i++) {
      read.put(counts.id(i), counts.count(i));
    }
    assertEquals(counts.size(), read.size());
    return read;
  }

  @Test
  void rejectsANegativeNumberOfIds() {
    assertThrows(IllegalArgumentException.class, () -> PenaltyScope.lastN(-1));
  }
}
