package dev.weft.bench;

import dev.weft.bench.engine.DrawWork;
import dev.weft.bench.engine.Engine;
import dev.weft.tensor.DType;
import dev.weft.tensor.Device;
import dev.weft.tensor.Draw;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Owner;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// `Ops.sample`, and the id on the host.
final class WeftDraws implements Engine.Drawing {
  private final Owner owner = new Owner("bench");
  private final Tensor logits;
  private final double temperature = 0.8;
  private final double penalty;
  private final Draw.Counts counts;
  private final int topK;
  private final double topP;
  private int step;

  WeftDraws(Device device, DrawWork work) {
    this(
        device,
        work.logits(),
        0,
        null,
        work.kind() == DrawWork.Kind.TOP_K ? 40 : 0,
        work.kind() == DrawWork.Kind.TOP_P ? 0.95 : 0);
  }

  /// Draws from one row of logits with a frequency penalty (0: none), top-k and top-p.
  WeftDraws(Device device, float[] row, double penalty, Draw.Counts counts, int topK, double topP) {
    logits = owner.empty(device, DType.F32, Shape.of(1, row.length)).set(row);
    this.penalty = penalty;
    this.counts = counts;
    this.topK = topK;
    this.topP = topP;
  }

  @Override
  public int[] run(int times) {
    int[] ids = {};
    for (int i = 0; i < times; i++) {
      try (Scope _ = Scope.noGrad()) {
        Tensor steps = Tensor.ids(logits.device(), Shape.of(1), step++);
        Tensor sequences = Tensor.ids(logits.device(), Shape.of(1), 0);
        Draw draw = new Draw(temperature, penalty, counts, topK, topP, false, 3, steps, sequences);
        ids = Ops.sample(logits, draw).toInts();
      }
    }
    return ids;
  }

  @Override
  public void close() {
    owner.close();
  }
}
