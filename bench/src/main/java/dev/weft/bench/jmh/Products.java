package dev.weft.bench.jmh;

import dev.weft.tensor.Activation;
import dev.weft.tensor.DType;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// GEMM, and GEMV where there is one row, with GPT-2's matrices: dense in F32, and packed in each
/// type.
public class Products extends KernelBenchmark {
  @Param({"1", "8", "32", "512"})
  int rows;

  /// (k, n) of GPT-2 124M.
  @Param({"768x768", "768x3072", "3072x768"})
  String matrix;

  private Tensor x;
  private Tensor matrixValues;
  private Tensor y;

  /// Makes the operands.
  @Setup(Level.Trial)
  public void prepare() {
    String[] size = matrix.split("x");
    int k = Integer.parseInt(size[0]);
    int n = Integer.parseInt(size[1]);
    x = normal(rows, k);
    matrixValues = normal(k, n);
    y = empty(rows, n);
  }

  /// A packed weight.
  @State(Scope.Benchmark)
  public static class Packed {
    @Param({"F32", "BF16", "I8"})
    DType dtype;

    private Weight weight;

    /// Packs it.
    @Setup(Level.Trial)
    public void prepare(Products products) {
      weight = Weight.pack(products.matrixValues, dtype, products.owner);
    }
  }

  /// As in training: both sides as they are.
  @Benchmark
  public void dense() {
    kernels.matmul(Grad.into(y), x, matrixValues);
  }

  /// As in inference.
  @Benchmark
  public void packed(Packed packed) {
    kernels.linear(y, x, packed.weight, null, Activation.NONE, null);
  }
}
