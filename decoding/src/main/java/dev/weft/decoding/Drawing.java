package dev.weft.decoding;

import dev.weft.tensor.Philox;
import dev.weft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/// Draws the next ids of rows: on the device when it has the sampler's stages, else on the host,
/// with scratch that is reused.
final class Drawing {
  private final Sampler sampler;
  private final long seed;
  private final DeviceSampler onDevice; // null when the host has to do it
  private final Candidates candidates = new Candidates();
  private float[] row = new float[0];

  Drawing(Sampler sampler, long seed, int vocabularySize) {
    this.sampler = sampler;
    this.seed = seed;
    this.onDevice = DeviceSampler.of(sampler, vocabularySize);
  }

  /// The id that follows each history, by its row of logits (rows, V) and the number of its
  /// sequence. The caller's scope owns what it allocates.
  int[] next(Tensor logits, List<History> histories, int[] sequences) {
    int[] ids = new int[histories.size()];
    if (onDevice == null) {
      Arrays.fill(ids, -1);
    } else {
      ids = onDevice.next(logits, histories, sequences, seed);
    }
    for (int r = 0; r < ids.length; r++) {
      if (ids[r] < 0) { // the host also says why an id cannot be drawn
        ids[r] = onHost(logits.slice(0, r, r + 1), histories.get(r), sequences[r]);
      }
    }
    return ids;
  }

  /// The id that [#next] draws for the one row of logits, with the reasons for it.
  Decision decide(Tensor logits, History history, int sequence, int best) {
    return sampler.decide(logits.toFloats(), history, uniform(history, sequence), best);
  }

  private int onHost(Tensor logits, History history, int sequence) {
    if (row.length != logits.size()) {
      row = new float[Math.toIntExact(logits.size())];
    }
    logits.toFloats(row);
    candidates.load(row, 0, row.length);
    return sampler.next(candidates, history, uniform(history, sequence));
  }

  private double uniform(History history, int sequence) {
    return Philox.uniform(seed, Philox.Purpose.TOKEN, history.length(), sequence);
  }
}
