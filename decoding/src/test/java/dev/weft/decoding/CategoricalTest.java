package dev.weft.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.tensor.Elementary;
import dev.weft.tensor.Philox;
import java.math.BigDecimal;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CategoricalTest {
  private static final float NEVER = Float.NEGATIVE_INFINITY;
  private static final double[] LINSPACE = {0, 0.1, 0.2, 0.3, 0.4};

  @Test
  @DisplayName("S1-35: sampleBasic draws by unnormalised logits")
  void frequenciesFollowTheLogits() {
    float[] logits = Draws.logs(1.2345, LINSPACE);
    int[] counts = Draws.counts(5, 20000, 1, r -> Sampling.sampleBasic(logits, r));
    Draws.assertFrequencies(LINSPACE, counts, 0.01);
  }

  @Test
  @DisplayName("S1-36: a token of probability 0 is never drawn")
  void impossibleIsNeverDrawn() {
    float[] logits = {NEVER, 0, NEVER, 1, NEVER};
    for (double u : new double[] {0, 0x1p-53, 0.3, 1 - 0x1p-53}) {
      int id = Categorical.draw(new Candidates().load(logits, 0, 5), u);
      assertTrue(id == 1 || id == 3, "u " + u + " drew " + id);
    }
  }

  @Test
  @DisplayName("S1-37: a shift of the logits changes no draw")
  void shiftInvariant() {
    float[] logits = Draws.logs(0, LINSPACE);
    float[] shifted = Draws.logs(1.2345, LINSPACE);
    Philox a = Draws.stream(5);
    Philox b = Draws.stream(5);
    for (int i = 0; i < 20000; i++) {
      assertEquals(Sampling.sampleBasic(logits, a), Sampling.sampleBasic(shifted, b));
    }
  }

  @Test
  @DisplayName("S1-55: the functions leave their input alone")
  void inputsStayAsTheyWere() {
    float[] logits = Draws.random(9, 300, 4);
    float[] before = logits.clone();
    int[] ids = {1, 2, 2};
    Philox random = Draws.stream(1);
    Sampling.greedySearch(logits);
    Sampling.applyTemperature(logits, 3);
    Sampling.applyFreqPenalty(ids, logits, 2);
    Sampling.sampleBasic(logits, random);
    Sampling.sampleTopK(logits, 7, random);
    Sampling.sampleTopP(logits, 0.4, random);
    assertArrayEquals(before, logits);
    assertArrayEquals(new int[] {1, 2, 2}, ids);
  }

  @Test
  void rejectsWhatIsNoDistribution() {
    Philox random = Draws.stream(1);
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Sampling.sampleBasic(new float[] {0, Float.NaN}, random));
    assertTrue(e.getMessage().contains("id 1"), e.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> Sampling.sampleBasic(new float[] {NEVER, NEVER}, random));
    assertThrows(
        IllegalArgumentException.class,
        () -> Sampling.sampleBasic(new float[] {0, Float.POSITIVE_INFINITY}, random));
  }

  /// The draw against its definition, in exact arithmetic over all ids: u lies in [cum before, cum
  /// after) of the drawn id, but for the rounding of the sums.
  @Test
  void drawsTheIdWhoseIntervalHoldsU() {
    for (int size : new int[] {1, 15, 16, 17, 1023, 1024, 1025, 3000, 5003}) {
      float[] logits = Draws.random(size, size, 3);
      float max = logits[Sampling.greedySearch(logits)];
      BigDecimal[] upTo = new BigDecimal[size + 1];
      upTo[0] = BigDecimal.ZERO;
      for (int i = 0; i < size; i++) {
        upTo[i + 1] = upTo[i].add(new BigDecimal(Elementary.exp(logits[i] - max)));
      }
      double total = upTo[size].doubleValue();
      Philox random = Draws.stream(size);
      for (int n = 0; n < 200; n++) {
        double u = n == 0 ? 0 : n == 1 ? 1 - 0x1p-53 : random.nextUniform();
        int id = Categorical.draw(new Candidates().load(logits, 0, size), u);
        double slack = 1e-12 * total;
        assertTrue(upTo[id].doubleValue() <= u * total + slack, size + " " + u);
        assertTrue(upTo[id + 1].doubleValue() > u * total - slack, size + " " + u);
      }
    }
  }

  @Test
  void anIntervalHoldsItsLowerEndOnly() {
    for (int size : new int[] {4, 2048}) {
      Candidates even = new Candidates().load(new float[size], 0, size);
      for (int k = 0; k < 4; k++) {
        assertEquals(k * size / 4, Categorical.draw(even, k / 4.0));
      }
    }
  }

  @Test
  void filteredIdsLeaveTheDrawsOfTheOthersInPlace() {
    float[] logits = Draws.random(4, 2500, 2);
    float[] masked = logits.clone();
    Candidates kept = new Candidates().load(logits, 0, logits.length);
    new TopK(50).apply(kept, new History());
    float[] byId = kept.toLogits();
    System.arraycopy(byId, 0, masked, 0, masked.length);
    Philox random = Draws.stream(8);
    for (int n = 0; n < 500; n++) {
      double u = random.nextUniform();
      assertEquals(
          Categorical.draw(new Candidates().load(masked, 0, 2500), u), Categorical.draw(kept, u));
    }
  }
}
