package dev.weft.rnn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.weft.nn.OnDevices;
import dev.weft.tensor.Devices;
import dev.weft.tensor.Gating;
import dev.weft.tensor.Philox;
import dev.weft.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What a row gives depends on nothing but the row: not on what fills it up, nor on the rows beside
/// it, nor on the device.
final class IndependenceTest extends OnDevices {
  private static final int VOCABULARY = 11;
  private static final int INPUT = 3;
  private static final int[] LENGTHS = {5, 3, 4};
  private static final int[] LABELS = {1, 0, 2};

  /// Every gating, both ways, with each pooling in turn; then with layer norm in the cells.
  private static List<ClassifierConfig> configs(int vocabulary) {
    List<ClassifierConfig> configs = new ArrayList<>();
    for (boolean normed : new boolean[] {false, true}) {
      for (Gating gating : Gating.values()) {
        RnnConfig rnn =
            RnnConfig.of(gating, INPUT, 4)
                .withLayers(2)
                .withBidirectional(true)
                .withLayerNorm(normed);
        Pooling pooling = Pooling.values()[configs.size() % 3];
        configs.add(new ClassifierConfig(vocabulary, false, rnn, pooling, 0, 3));
      }
    }
    return configs;
  }

  /// Row `b` of ids, followed by `filler` up to `steps`.
  private static int[] ids(int b, int steps, int filler) {
    int[] row = new int[steps];
    Arrays.fill(row, filler);
    for (int t = 0; t < LENGTHS[b]; t++) {
      row[t] = (3 * b + 5 * t + 2) % VOCABULARY;
    }
    return row;
  }

  private static int[][] ids(int steps, int filler) {
    return new int[][] {ids(0, steps, filler), ids(1, steps, filler), ids(2, steps, filler)};
  }

  private static float[] vectors(int b, int steps, float filler) {
    var random = new Philox(3, Philox.Purpose.INITIALISATION, 0, b);
    float[] row = new float[steps * INPUT];
    for (int i = 0; i < row.length; i++) {
      row[i] = i < LENGTHS[b] * INPUT ? (float) random.nextNormal() : filler;
    }
    return row;
  }

  private static float[] vectors(int steps, float filler) {
    float[] all = new float[3 * steps * INPUT];
    for (int b = 0; b < 3; b++) {
      System.arraycopy(vectors(b, steps, filler), 0, all, b * steps * INPUT, steps * INPUT);
    }
    return all;
  }

  @Test
  @DisplayName("S0-15: ids behind a row's end, however many and whatever they are, change no bit")
  void paddingOfIdsChangesNoBit() {
    for (ClassifierConfig config : configs(VOCABULARY)) {
      Bits wanted = Bits.of(device, config, ids(5, 0), LENGTHS, LABELS);
      for (int[] padding : new int[][] {{5, 999}, {8, 0}, {8, 7}, {64, 999}}) {
        int[][] ids = ids(padding[0], padding[1]);
        Bits padded = Bits.of(device, config, ids, LENGTHS, LABELS);
        assertSame(config + " " + padding[0] + " steps of " + padding[1], wanted, padded);
      }
    }
  }

  @Test
  @DisplayName("S0-15: numbers behind a row's end, NaN among them, change no bit")
  void paddingOfVectorsChangesNoBit() {
    for (ClassifierConfig config : configs(0)) {
      Shape five = Shape.of(3, 5, INPUT);
      Bits wanted = Bits.of(device, config, five, vectors(5, 0), LENGTHS, LABELS);
      for (float[] padding : new float[][] {{5, 999}, {8, Float.NaN}, {8, 0}, {64, 999}}) {
        int steps = (int) padding[0];
        float[] x = vectors(steps, padding[1]);
        Bits padded = Bits.of(device, config, Shape.of(3, steps, INPUT), x, LENGTHS, LABELS);
        assertSame(config + " " + steps + " steps of " + padding[1], wanted, padded);
      }
    }
  }

  private static void assertSame(String what, Bits wanted, Bits actual) {
    assertArrayEquals(wanted.logits(), actual.logits(), what);
    for (int i = 0; i < wanted.last().size(); i++) {
      assertArrayEquals(wanted.last().get(i), actual.last().get(i), what + " last " + i);
    }
    for (int i = 0; i < wanted.gradients().size(); i++) {
      assertArrayEquals(wanted.gradients().get(i), actual.gradients().get(i), what + " grad " + i);
    }
    for (int b = 0; b < LENGTHS.length; b++) {
      assertArrayEquals(states(wanted, b, 3), states(actual, b, 3), what + " states of row " + b);
    }
  }

  /// The states of the real steps of row `b` of a batch of `rows` rows.
  private static float[] states(Bits bits, int b, int rows) {
    int perRow = bits.states().length / rows;
    int width = 8;
    return Arrays.copyOfRange(bits.states(), b * perRow, b * perRow + LENGTHS[b] * width);
  }

  @Test
  void aRowAloneGivesTheBitsThatItGivesInABatch() {
    for (ClassifierConfig config : configs(VOCABULARY)) {
      Bits together = Bits.of(device, config, ids(6, 0), LENGTHS, LABELS);
      for (int row = 0; row < 3; row++) {
        int b = row;
        int[][] only = {ids(b, LENGTHS[b], 0)};
        Bits alone = Bits.of(device, config, only, new int[] {LENGTHS[b]}, LABELS[b]);
        assertArrayEquals(part(together.logits(), b), alone.logits(), config + " row " + b);
        float[] wanted = Arrays.copyOf(alone.states(), LENGTHS[b] * 8);
        assertArrayEquals(wanted, states(together, b, 3), config + " row " + b);
        for (int i = 0; i < alone.last().size(); i++) {
          assertArrayEquals(part(together.last().get(i), b), alone.last().get(i), config + "");
        }
      }
    }
  }

  /// Row `b` of three.
  private static float[] part(float[] rows, int b) {
    return Arrays.copyOfRange(rows, b * rows.length / 3, (b + 1) * rows.length / 3);
  }

  @Test
  void everyDeviceGivesTheBitsOfTheReference() {
    for (ClassifierConfig config : configs(VOCABULARY)) {
      Bits reference = Bits.of(Devices.reference(), config, ids(6, 0), LENGTHS, LABELS);
      Bits here = Bits.of(device, config, ids(6, 0), LENGTHS, LABELS);
      assertSame(config + "", reference, here);
      assertArrayEquals(reference.states(), here.states());
      assertEquals(reference.gradients().size(), here.gradients().size());
    }
  }
}
