package dev.weft.gpt2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.decoding.BeamSearch;
import dev.weft.decoding.EarlyStop;
import dev.weft.decoding.Replay;
import dev.weft.decoding.Rescoring;
import dev.weft.decoding.ScoredSequence;
import dev.weft.nn.OnDevices;
import dev.weft.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Beam search over a random GPT-2.
class Gpt2BeamTest extends OnDevices {
  private static final int[] PROMPT = {5, 6, 7, 8, 9};

  @Test
  @DisplayName("S1-93: beam search with a cache is the search without it, to the bit")
  void cachedEqualsUncached() {
    try (Gpt2Inference model = SmallModel.inference(device, DType.F32)) {
      for (EarlyStop policy : EarlyStop.values()) {
        BeamSearch search =
            new BeamSearch(6, 3, times(8, 4))
                .endTokens(1, 2, 3, 4)
                .earlyStop(policy)
                .lengthPenalty(0.7);
        List<ScoredSequence> cached = search.search(model, PROMPT);
        List<ScoredSequence> anew = search.search(new Replay(model), PROMPT);
        for (int i = 0; i < 3; i++) {
          assertArrayEquals(anew.get(i).ids(), cached.get(i).ids());
          assertSameNumber(anew.get(i).score(), cached.get(i).score(), "score");
        }
      }
    }
  }

  @Test
  @DisplayName("S1-74: rescoring with the whole model reproduces the scores")
  void rescoringReproducesScores() {
    try (Gpt2Inference model = SmallModel.inference(device, DType.F32)) {
      for (ScoredSequence found : new BeamSearch(4, 4, times(6, 3)).search(model, PROMPT)) {
        assertEquals(Rescoring.score(model, PROMPT, found.generated()), found.score(), 1e-4);
        assertEquals(
            Rescoring.score(new Replay(model), PROMPT, found.generated()), found.score(), 1e-4);
      }
    }
  }
}
