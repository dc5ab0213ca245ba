package dev.weft.bench.jmh;

import dev.weft.tensor.Kernels.AdamStep;
import dev.weft.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/// One step of each optimizer, and the norm, over a flat buffer of parameters.
public class OptimizerKernels extends KernelBenchmark {
  @Param({"100000", "10000000"})
  int parameters;

  private Tensor p;
  private Tensor g;
  private Tensor m;
  private Tensor v;

  /// Makes the buffers.
  @Setup(Level.Trial)
  public void prepare() {
    p = normal(parameters);
    g = normal(parameters);
    m = owner.zeros(device, p.dtype(), p.shape());
    v = owner.zeros(device, p.dtype(), p.shape());
  }

  /// Adam with decoupled decay.
  @Benchmark
  public void adamW() {
    kernels.adam(p, g, m, v, new AdamStep(1e-6, 0.9, 0.999, 1e-8, 0.01, true, 10));
  }

  /// Momentum.
  @Benchmark
  public void sgd() {
    kernels.sgd(p, g, m, 1e-6, 0.9, false, 0, false);
  }

  /// RMSProp.
  @Benchmark
  public void rmsProp() {
    kernels.rmsProp(p, g, v, 1e-6, 0.99, 1e-8);
  }

  /// Adagrad.
  @Benchmark
  public void adagrad() {
    kernels.adagrad(p, g, v, 1e-6, 1e-8);
  }

  /// What clipping by the global norm asks for.
  @Benchmark
  public double sumOfSquares() {
    return kernels.sumOfSquares(g);
  }
}
