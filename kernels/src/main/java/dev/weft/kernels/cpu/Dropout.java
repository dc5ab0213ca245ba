package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.FLOAT;
import static dev.weft.kernels.cpu.Vectors.ALL;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Tensor;

/// Dropout: each block of four elements draws the four words of one Philox block, so any thread can
/// begin anywhere.
final class Dropout {
  private static final int BLOCK = 4096;

  private final Team team;

  Dropout(Team team) {
    this.team = team;
  }

  void dropout(Grad y, Tensor x, double p, long seed, int step, int sequence) {
    float scale = (float) (1 / (1 - p));
    long threshold = (long) Math.ceil(p * 0x1p32); // a whole word is ≥ p · 2^32 when it is ≥ this
    long size = x.size();
    team.split(
        Math.ceilDiv(size, BLOCK),
        Walk.GRAIN / (4 * BLOCK),
        (from, to) -> {
          int[] words = new int[4];
          for (long i = from * BLOCK; i < Math.min(size, to * BLOCK); i += 4) {
            Philox.words(
                step,
                sequence + (int) (i >>> 34),
                Philox.Purpose.DROPOUT.word(),
                (int) (i >>> 2),
                (int) seed,
                (int) (seed >>> 32),
                words);
            for (int j = 0; j < Math.min(4, size - i); j++) {
              boolean kept = Integer.toUnsignedLong(words[j]) >= threshold;
              float value = kept ? ALL.get(FLOAT, x.address() + 4 * (i + j)) * scale : 0;
              long at = y.tensor().address() + 4 * (i + j);
              ALL.set(FLOAT, at, y.accumulate() ? ALL.get(FLOAT, at) + value : value);
            }
          }
        });
  }
}
