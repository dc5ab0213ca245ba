package dev.weft.bench.jmh;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Unary;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/// What runs over rows of GPT-2's width: softmax, layer norm, GELU, forward and backward.
public class RowKernels extends KernelBenchmark {
  private static final int WIDTH = 768;

  @Param({"1", "256", "4096"})
  int rows;

  private Tensor x;
  private Tensor y;
  private Tensor weights; // of a softmax
  private Tensor dy;
  private Tensor dx;
  private Tensor gain;
  private Tensor shift;
  private Tensor dGain;
  private Tensor dShift;
  private Tensor stats;

  /// Makes the rows.
  @Setup(Level.Trial)
  public void prepare() {
    x = normal(rows, WIDTH);
    y = empty(rows, WIDTH);
    weights = empty(rows, WIDTH);
    kernels.softmax(weights, x);
    dy = normal(rows, WIDTH);
    dx = empty(rows, WIDTH);
    gain = normal(WIDTH);
    shift = normal(WIDTH);
    dGain = empty(WIDTH);
    dShift = empty(WIDTH);
    stats = empty(rows, 2);
    kernels.layerNorm(y, stats, x, gain, shift, 1e-5);
  }

  /// Softmax.
  @Benchmark
  public void softmax() {
    kernels.softmax(y, x);
  }

  /// Gradient of softmax.
  @Benchmark
  public void softmaxBackward() {
    kernels.softmaxGrad(Grad.into(dx), dy, weights);
  }

  /// Layer norm.
  @Benchmark
  public void layerNorm() {
    kernels.layerNorm(y, stats, x, gain, shift, 1e-5);
  }

  /// Gradients of layer norm.
  @Benchmark
  public void layerNormBackward() {
    kernels.layerNormGrad(Grad.into(dx), Grad.into(dGain), Grad.into(dShift), dy, x, gain, stats);
  }

  /// GELU by tanh.
  @Benchmark
  public void gelu() {
    kernels.unary(Unary.GELU_TANH, y, x);
  }
}
