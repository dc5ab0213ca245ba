package dev.weft.kernels.cuda;

import dev.weft.tensor.DType;
import dev.weft.tensor.MachineLimits;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;

/// Measures a GPU: fused multiply-adds on registers, and reading memory far larger than its caches.
final class CudaLimits implements MachineLimits {
  private static final int BLOCKS = 8; // for each multiprocessor: all the threads that it can hold
  private static final int CHAINS = 8; // of limits.cu
  private static final int TRIALS = 10;

  private final CudaDevice device;
  private final CudaModule module;
  private final int blocks;
  private final int rounds;
  private final int floats;

  /// @param rounds of the multiply-adds, and `floats` to read: large on a GPU, small in a test
  CudaLimits(CudaDevice device, CudaStream stream, int processors, int rounds, int floats) {
    this.device = device;
    this.module = new CudaModule(stream, "limits");
    this.blocks = BLOCKS * processors;
    this.rounds = rounds;
    this.floats = floats;
  }

  @Override
  public boolean threaded() {
    return false;
  }

  @Override
  public double flops(int threads) {
    try (Scope _ = Scope.noGrad()) {
      Tensor y = Tensor.empty(device, DType.F32, Shape.of(blocks * Grid.THREADS));
      double seconds = best(() -> module.launch("fma_f32", grid(), y, rounds));
      return 2.0 * CHAINS * rounds * y.size() / seconds;
    }
  }

  @Override
  public double readBandwidth(int threads) {
    try (Scope _ = Scope.noGrad()) {
      Tensor x = Tensor.zeros(device, DType.F32, Shape.of(floats));
      Tensor y = Tensor.empty(device, DType.F32, Shape.of(blocks * Grid.THREADS));
      double seconds = best(() -> module.launch("read_f32", grid(), y, x, (long) floats));
      return (double) floats * Float.BYTES / seconds;
    }
  }

  private Grid grid() {
    return Grid.of(blocks, Grid.THREADS);
  }

  private double best(Runnable launch) {
    double best = Double.POSITIVE_INFINITY;
    for (int trial = 0; trial < TRIALS; trial++) {
      device.synchronize();
      long start = System.nanoTime();
      launch.run();
      device.synchronize();
      best = Math.min(best, (System.nanoTime() - start) * 1e-9);
    }
    return best;
  }
}
