package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BeamCandidatesTest {
  private final BeamCandidates candidates = new BeamCandidates();

  /// The ids in the order in which they are handed out.
  private List<Integer> order() {
    candidates.order();
    List<Integer> ids = new ArrayList<>();
    for (int c = candidates.next(); c >= 0; c = candidates.next()) {
      ids.add(candidates.id(c));
    }
    return ids;
  }

  @Test
  @DisplayName("T15: by rank, then by beam, then by logit where ranks round to one, then by id")
  void theOrderIsTotal() {
    candidates.clear(6);
    candidates.add(1, 2, 9, -1, -3);
    candidates.add(0, 7, 1e-30f, -1, -3);
    candidates.add(0, 5, 0, -1, -3);
    candidates.add(0, 8, 2e-30f, -1, -3);
    candidates.add(1, 1, 0, -1, -2);
    candidates.add(0, 4, 0, -1, -3);
    assertEquals(List.of(1, 8, 7, 4, 5, 2), order());
  }

  @Test
  void nothingIsLeftOfTheStepBefore() {
    candidates.clear(2);
    candidates.add(0, 3, 0, -1, -1);
    candidates.add(0, 4, 0, -2, -2);
    candidates.order();
    candidates.next();
    candidates.clear(1);
    candidates.add(0, 6, 0, -5, -5);
    assertEquals(List.of(6), order());
  }
}
