package dev.weft.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// Draws on the device, by the definition.
class SampleTest {
  private static final int DRAWS = 20_000;
  private final Device device = Devices.reference();

  private Draw draw(int rows, double temperature, Draw.Counts counts, int topK, double topP) {
    int[] steps = new int[rows];
    java.util.Arrays.setAll(steps, r -> r);
    return new Draw(
        temperature,
        counts == null ? 0 : 2,
        counts,
        topK,
        topP,
        false,
        5,
        Tensor.ids(device, Shape.of(rows), steps),
        Tensor.ids(device, Shape.of(rows), new int[rows]));
  }

  /// How often each id is drawn from log-probabilities.
  private double[] frequencies(Draw draw, double... probabilities) {
    float[] row = new float[probabilities.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) StrictMath.log(probabilities[i]);
    }
    Tensor logits = Tensor.of(device, Shape.of(1, row.length), row).expand(DRAWS, row.length);
    double[] shares = new double[row.length];
    for (int id : Ops.sample(logits, draw).toInts()) {
      shares[id] += 1.0 / DRAWS;
    }
    return shares;
  }

  @Test
  void frequenciesFollowTheStages() {
    try (Scope _ = Scope.noGrad()) {
      assertArrayEquals(
          new double[] {0, 0.1, 0.2, 0.3, 0.4},
          frequencies(draw(DRAWS, 1, null, 0, 0), 0, 0.1, 0.2, 0.3, 0.4),
          0.01);
      assertArrayEquals(
          new double[] {0, 0, 2 / 9.0, 3 / 9.0, 4 / 9.0},
          frequencies(draw(DRAWS, 1, null, 3, 0), 0, 0.1, 0.2, 0.3, 0.4),
          0.01);
      assertArrayEquals(
          new double[] {0, 0, 2 / 9.0, 3 / 9.0, 4 / 9.0},
          frequencies(draw(DRAWS, 1, null, 0, 0.71), 0, 0.1, 0.2, 0.3, 0.4),
          0.01);
      assertArrayEquals(
          new double[] {0.1 / 0.3, 0.2 / 0.3},
          frequencies(draw(DRAWS, 0.5, null, 0, 0), 1, StrictMath.sqrt(2)),
          0.01);
    }
  }

  @Test
  void thePenaltyCountsOccurrences() {
    try (Scope _ = Scope.noGrad()) {
      Tensor starts = Tensor.ids(device, Shape.of(3), 0, 1, 2);
      Draw.Counts counts =
          new Draw.Counts(
              starts, Tensor.ids(device, Shape.of(2), 2, 1), Tensor.ids(device, Shape.of(2), 3, 1));
      Tensor logits = Tensor.of(device, Shape.of(2, 3), 0, 1, 6.5f, 0, 1, 6.5f);
      assertArrayEquals(
          new int[] {1, 2}, Ops.sample(logits, draw(2, 1, counts, 1, 0)).toInts()); // 0.5 and 6.5
      Tensor wrong = Tensor.ids(device, Shape.of(3), 0, 2, 1);
      Draw.Counts crossed = new Draw.Counts(wrong, counts.ids(), counts.times());
      assertRefused("[0, 2, 1]", () -> Ops.sample(logits, draw(2, 1, crossed, 1, 0)));
    }
  }

  @Test
  void aDrawIntoATensorIsTheSame() {
    try (Scope _ = Scope.noGrad()) {
      Draw.Counts counts = // with room for one more
          new Draw.Counts(
              Tensor.ids(device, Shape.of(3), 0, 1, 2),
              Tensor.ids(device, Shape.of(3), 2, 1, 0),
              Tensor.ids(device, Shape.of(3), 3, 1, 0));
      Tensor logits = Tensor.of(device, Shape.of(2, 3), 0, 1, 6.5f, 0, 1, 6.5f);
      Tensor ids = Tensor.ids(device, Shape.of(2), 9, 9);
      Ops.sampleInto(ids, logits, draw(2, 1, counts, 1, 0));
      assertArrayEquals(new int[] {1, 2}, ids.toInts());
      Tensor few = Tensor.ids(device, Shape.of(1), 9);
      assertRefused("(2) but are (1)", () -> Ops.sampleInto(few, logits, draw(2, 1, null, 1, 0)));
    }
  }

  @Test
  void rowsWithNothingToDrawGiveMinusOne() {
    float none = Float.NEGATIVE_INFINITY;
    try (Scope _ = Scope.noGrad()) {
      Tensor logits =
          Tensor.of(
              device,
              Shape.of(4, 2),
              none,
              none,
              Float.NaN,
              0,
              0,
              Float.POSITIVE_INFINITY,
              none,
              3);
      assertArrayEquals(
          new int[] {-1, -1, -1, 1}, Ops.sample(logits, draw(4, 1, null, 0, 0)).toInts());
    }
  }

  @Test
  void whatCannotBeDrawnByIsRefused() {
    try (Scope _ = Scope.noGrad()) {
      Tensor logits = Tensor.zeros(device, DType.F32, Shape.of(2, 3));
      assertRefused("above 0, as F32, but is 0.0", () -> sample(logits, 0, 0, 0));
      assertRefused("1.0E-60", () -> sample(logits, 1e-60, 0, 0));
      assertRefused("NaN", () -> sample(logits, Double.NaN, 0, 0));
      assertRefused("-1 and 0.5", () -> sample(logits, 1, -1, 0.5));
      assertRefused("0 and 1.5", () -> sample(logits, 1, 0, 1.5));
      assertRefused("(2) but are (3)", () -> Ops.sample(logits, draw(3, 1, null, 0, 0)));
      Tensor apart = Tensor.ids(device, Shape.of(2, 2), 0, 1, 2, 3).transpose().slice(0, 0, 1);
      Draw strided = new Draw(1, 0, null, 0, 0, false, 5, apart.reshape(2), apart.reshape(2));
      assertRefused("side by side", () -> Ops.sample(logits, strided));
      assertRefused(
          "vocabulary) but are (3)",
          () -> sample(Tensor.zeros(device, DType.F32, Shape.of(3)), 1, 0, 0));
      Tensor many = Tensor.zeros(device, DType.F32, Shape.of(1, Elementary.MOST_MASSES + 1));
      assertRefused("524288", () -> Ops.sample(many, draw(1, 1, null, 0, 0.5)));
    }
  }

  private Tensor sample(Tensor logits, double temperature, int topK, double topP) {
    return Ops.sample(logits, draw(2, temperature, null, topK, topP));
  }

  private static void assertRefused(String part, Executable use) {
    var error = assertThrows(IllegalArgumentException.class, use);
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }
}
