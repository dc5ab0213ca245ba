package dev.weft.bench.jmh;

import dev.weft.tensor.Gating;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Recurrence;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/// 32 rows through 32 steps of a recurrent layer: tanh, LSTM and GRU, forward and backward, without
/// the products of the input and of the weights' gradients. Each run starts with a copy, since the
/// gates are computed in place.
public class RecurrentKernels extends KernelBenchmark {
  private static final int STEPS = 32;
  private static final int ROWS = 32;

  @Param({"TANH", "LSTM", "GRU"})
  Gating gating;

  @Param({"64", "256", "512"})
  int units;

  private Recurrence run;
  private Tensor input; // of the gates, before forward
  private Tensor gates; // after it
  private Tensor dh;
  private Tensor dy;

  /// Makes the layer and a sequence, and runs forward once.
  @Setup(Level.Trial)
  public void prepare() {
    int width = gating.blocks() * units;
    input = normal(STEPS, ROWS, width);
    gates = empty(STEPS, ROWS, width);
    dh = empty(STEPS, ROWS, units);
    dy = normal(STEPS, ROWS, units);
    Tensor matrix = empty(units, width);
    kernels.affine(Grad.into(matrix), normal(units, width), 1 / Math.sqrt(units), 0);
    run =
        new Recurrence(
            gating,
            false,
            empty(STEPS, ROWS, units),
            gating == Gating.LSTM ? empty(STEPS, ROWS, units) : null,
            empty(STEPS, ROWS, width),
            gating == Gating.GRU ? empty(STEPS, ROWS, units) : null,
            Weight.dense(matrix),
            normal(width),
            null,
            null,
            null);
    forward();
    kernels.copy(Grad.into(gates), run.gates());
  }

  /// All steps.
  @Benchmark
  public void forward() {
    kernels.copy(Grad.into(run.gates()), input);
    kernels.recurrent(run);
  }

  /// All steps, last first.
  @Benchmark
  public void backward() {
    kernels.copy(Grad.into(run.gates()), gates);
    kernels.recurrentGrad(run, dh, null, null, dy, null);
  }
}
