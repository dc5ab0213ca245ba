package dev.weft.nn.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.weft.nn.Linear;
import dev.weft.nn.OnDevices;
import dev.weft.nn.Place;
import dev.weft.nn.optim.Schedule;
import dev.weft.nn.optim.Sgd;
import dev.weft.tensor.Ops;
import dev.weft.tensor.ParameterSet;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Batches that are accumulated are one batch, cut.
class AccumulationTest extends OnDevices {
  private static final int FEATURES = 6;

  /// What a step over examples in batches of these sizes found.
  private record Step(double loss, double norm, float[] gradients) {}

  private Step step(int... sizes) throws Exception {
    try (ParameterSet set = parameters()) {
      Linear layer = new Linear(Place.in(set).at("layer"), FEATURES, 12);
      set.allocate(3);
      int[] next = {0};
      Objective objective =
          number -> {
            int rows = sizes[(int) number];
            float[] x = new float[rows * FEATURES];
            for (int i = 0; i < x.length; i++) {
              x[i] = (float) StrictMath.sin(next[0]++);
            }
            Tensor y = layer.forward(Tensor.of(device, Shape.of(rows, FEATURES), x));
            return new Objective.Batch(Ops.mean(Ops.mul(y, y)), rows);
          };
      List<StepReport> reports = new ArrayList<>();
      new Trainer(layer, new Sgd(set), Schedule.constant(0), objective)
          .accumulate(sizes.length)
          .listen(reports::add)
          .train(1);
      StepReport report = reports.getFirst();
      return new Step(report.loss(), report.gradientNorm(), set.gradients().toFloats());
    }
  }

  private void assertSame(Step wanted, Step got) {
    assertEquals(wanted.loss(), got.loss(), 1e-6 * wanted.loss());
    assertEquals(wanted.norm(), got.norm(), 1e-6 * wanted.norm());
    assertArrayEquals(wanted.gradients(), got.gradients(), (float) (1e-6 * wanted.norm()));
  }

  @Test
  void equalBatchesGiveTheMeanOfTheWhole() throws Exception {
    assertSame(step(12), step(3, 3, 3, 3));
  }

  @Test
  void unequalBatchesCountByTheirTokens() throws Exception {
    Step whole = step(8);
    assertSame(whole, step(1, 5, 2));
    assertSame(whole, step(7, 1));
  }

  @Test
  void aBatchWithoutTokensIsRefused() {
    try (Scope _ = new Scope()) {
      Tensor loss = Tensor.of(device, Shape.SCALAR, 1f);
      assertThrows(IllegalArgumentException.class, () -> new Objective.Batch(loss, 0));
    }
  }
}
