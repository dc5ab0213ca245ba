package dev.weft.rnn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.tensor.Device;
import dev.weft.tensor.Devices;
import dev.weft.tensor.FreshJvm;
import dev.weft.tensor.Gating;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A training pass gives the same bits at every number of threads and every vector width.
class ThreadsAndWidthsTest {
  @Test
  void threadsAndWidthsChangeNoBit() throws Exception {
    long here = digest(Devices.reference());
    assertEquals(here, digest(Devices.require("cpu")));
    assertEquals(here, digestOf("-Dweft.threads=1", "-Dweft.vectorBits=128"));
    assertEquals(here, digestOf("-Dweft.threads=3", "-Dweft.vectorBits=0"));
  }

  /// Prints the digest for a process of its own.
  public static void main(String[] args) {
    System.out.println(digest(Devices.require("cpu")));
  }

  /// Of every bit of a pass of each gating, over enough rows and units for several threads.
  private static long digest(Device device) {
    long digest = 1;
    int[][] rows = new int[19][7];
    int[] lengths = new int[rows.length];
    int[] labels = new int[rows.length];
    for (int b = 0; b < rows.length; b++) {
      lengths[b] = 1 + b % 7;
      labels[b] = b % 3;
      for (int t = 0; t < 7; t++) {
        rows[b][t] = (b * 5 + t * 3) % 23;
      }
    }
    for (Gating gating : Gating.values()) {
      RnnConfig rnn = RnnConfig.of(gating, 17, 37).withBidirectional(true);
      ClassifierConfig config = ClassifierConfig.ofIds(23, rnn, 3);
      Bits bits = Bits.of(device, config, rows, lengths, labels);
      List<float[]> all = new ArrayList<>(bits.gradients());
      all.add(bits.logits());
      all.add(bits.states());
      for (float[] values : all) {
        for (float value : values) {
          digest = digest * 0x9E3779B97F4A7C15L + Float.floatToIntBits(value);
        }
      }
    }
    return digest;
  }

  private static long digestOf(String... flags) throws Exception {
    return Long.parseLong(FreshJvm.output(ThreadsAndWidthsTest.class, FreshJvm.vectorsAnd(flags)));
  }
}
