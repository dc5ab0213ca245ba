package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;

class DeviceSamplerTest {
  private static DeviceSampler of(Chooser chooser, Filter... filters) {
    return DeviceSampler.of(new Sampler(List.of(filters), chooser), 100);
  }

  @Test
  void theKernelHasItsStagesInItsOrder() {
    assertNotNull(of(Chooser.CATEGORICAL));
    assertNotNull(of(Chooser.GREEDY));
    assertNotNull(of(Chooser.CATEGORICAL, new Temperature(2), new TopP(0.5)));
    assertNotNull(
        of(
            Chooser.CATEGORICAL,
            new Temperature(2),
            new FrequencyPenalty(1),
            new TopK(3),
            new TopP(0.5, NucleusRule.EXCLUSIVE)));
  }

  @Test
  void whatItCannotDoTheHostDoes() {
    assertNull(of(Chooser.CATEGORICAL, new TopP(0.5), new TopK(3)));
    assertNull(of(Chooser.CATEGORICAL, new FrequencyPenalty(1), new Temperature(2)));
    assertNull(of(Chooser.CATEGORICAL, new TopK(3), new TopK(2)));
    assertNull(of(Chooser.CATEGORICAL, new TopK(3, Ties.KEEP_ALL)));
    assertNull(of(Chooser.CATEGORICAL, new TopP(0.5, NucleusRule.INCLUSIVE, 2)));
    assertNull(of(Chooser.CATEGORICAL, new TopP(0)));
    assertNull(of(Chooser.CATEGORICAL, new MinP(0.1)));
    assertNull(of(Chooser.GREEDY, new FrequencyPenalty(1)));
    assertNull(of((candidates, uniform) -> candidates.id(0)));
  }
}
