package dev.weft.bench.jmh;

import dev.weft.tensor.Grad;
import dev.weft.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/// The two ends of a language model: the embedding, and the loss over the vocabulary, forward and
/// backward, for 256 tokens.
public class TableKernels extends KernelBenchmark {
  private static final int TOKENS = 256;
  private static final int WIDTH = 256;

  @Param({"1000", "10000", "50257"})
  int vocabulary;

  private Tensor table;
  private Tensor dTable;
  private Tensor ids;
  private Tensor x;
  private Tensor logits;
  private Tensor dLogits;
  private Tensor losses;
  private Tensor dLosses;
  private Tensor stats;

  /// Makes the table, and logits.
  @Setup(Level.Trial)
  public void prepare() {
    table = normal(vocabulary, WIDTH);
    dTable = empty(vocabulary, WIDTH);
    ids = ids(vocabulary, TOKENS);
    x = normal(TOKENS, WIDTH);
    logits = normal(TOKENS, vocabulary);
    dLogits = empty(TOKENS, vocabulary);
    losses = empty(TOKENS);
    dLosses = normal(TOKENS);
    stats = empty(TOKENS, 2);
    crossEntropy();
  }

  /// Rows by id.
  @Benchmark
  public void embedding() {
    kernels.embedding(x, table, ids);
  }

  /// Gradients added up by id.
  @Benchmark
  public void embeddingBackward() {
    kernels.embeddingGrad(Grad.into(dTable), x, ids);
  }

  /// Losses.
  @Benchmark
  public void crossEntropy() {
    kernels.crossEntropy(losses, stats, logits, ids, null, 0, -1);
  }

  /// Gradients of the logits.
  @Benchmark
  public void crossEntropyBackward() {
    kernels.crossEntropyGrad(Grad.into(dLogits), dLosses, logits, stats, ids, null, 0, -1);
  }
}
