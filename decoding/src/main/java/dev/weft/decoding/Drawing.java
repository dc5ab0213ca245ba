package dev.weft.decoding;

import dev.weft.tensor.Device;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Tensor;
import java.util.List;

/// Draws the next ids of rows: on the device when it has the sampler's stages, else on the host,
/// with memory and scratch that are used again.
///
/// A step is [#ready], the readout that it gives on the logits, and [#drawn]; [#draw] is all three.
final class Drawing implements AutoCloseable {
  private static final int LEAST_COUNTED = 32;

  private final Sampler sampler;
  private final long seed;
  private final int vocabularySize;
  private final DeviceSampler onDevice; // null when the host has to do it
  private final Candidates candidates = new Candidates();
  private RowDraws draws; // null before the first step
  private float[] row = new float[0];

  /// One id for each row, and the natural logarithm of what the model gave it.
  record Drawn(int[] ids, double[] logProbabilities) {}

  Drawing(Sampler sampler, long seed, int vocabularySize) {
    this.sampler = sampler;
    this.seed = seed;
    this.vocabularySize = vocabularySize;
    this.onDevice = DeviceSampler.of(sampler, vocabularySize);
  }

  /// The id that follows each history, by its row of logits (rows, V), or by the one row for all,
  /// and the number of its sequence.
  Drawn draw(Tensor logits, List<History> histories, int[] sequences) {
    ready(logits.device(), histories, sequences).run(logits);
    return drawn(logits, histories, sequences);
  }

  /// Gets ready to draw what follows each history; the result is to be run on its logits. It is the
  /// same as at the last step while there are as many rows and room for what they count.
  Readout ready(Device device, List<History> histories, int[] sequences) {
    int counted = counted(histories);
    if (draws == null || !draws.fits(histories.size(), counted)) {
      close();
      int room = 2 * Math.max(LEAST_COUNTED, counted);
      draws = new RowDraws(onDevice, seed, device, histories.size(), room);
    }
    draws.set(histories, sequences);
    return draws;
  }

  /// Distinct ids that are counted, of all rows.
  private int counted(List<History> histories) {
    PenaltyScope scope = onDevice == null ? null : onDevice.counted();
    int counted = 0;
    for (int r = 0; scope != null && r < histories.size(); r++) {
      TokenCounts counts = histories.get(r).counts(scope);
      counts.requireInVocabulary("frequency penalty", vocabularySize, histories.get(r));
      counted = Math.addExact(counted, counts.size());
    }
    return counted;
  }

  /// What was drawn from the logits.
  Drawn drawn(Tensor logits, List<History> histories, int[] sequences) {
    int rows = histories.size();
    int[] read = draws.read();
    int[] ids = new int[rows];
    double[] logProbabilities = new double[rows];
    boolean shared = logits.dim(0) == 1;
    for (int r = 0; r < rows; r++) {
      float chosen = Float.intBitsToFloat(read[rows + r]);
      float logSum = Float.intBitsToFloat(read[2 * rows + (shared ? 0 : r)]);
      ids[r] = read[r];
      if (onDevice == null || !(chosen > Float.NEGATIVE_INFINITY)) {
        int from = shared ? 0 : r;
        ids[r] = onHost(logits.slice(0, from, from + 1), histories.get(r), sequences[r]);
        chosen = row[ids[r]];
      }
      logProbabilities[r] = (double) chosen - logSum;
    }
    return new Drawn(ids, logProbabilities);
  }

  /// The id that is drawn from the one row of logits, with the reasons for it.
  Decision decide(Tensor logits, History history, int sequence, int best) {
    return sampler.decide(logits.toFloats(), history, uniform(history, sequence), best);
  }

  /// The host also says why an id cannot be drawn.
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

  @Override
  public void close() {
    if (draws != null) {
      draws.close();
      draws = null;
    }
  }
}
