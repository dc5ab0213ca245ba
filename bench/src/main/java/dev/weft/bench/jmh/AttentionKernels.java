package dev.weft.bench.jmh;

import dev.weft.tensor.Grad;
import dev.weft.tensor.KeyValueCache;
import dev.weft.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/// Attention of twelve heads of 64 values: whole sequences forward and backward, and one query over
/// a cache.
public class AttentionKernels extends KernelBenchmark {
  private static final int HEADS = 12;
  private static final int WIDTH = 64;
  private static final double SCALE = 0.125;

  @Param({"128", "512", "1024"})
  int length;

  private Tensor q;
  private Tensor k;
  private Tensor v;
  private Tensor y;
  private Tensor dy;
  private Tensor dq;
  private Tensor dk;
  private Tensor dv;
  private Tensor stats;
  private KeyValueCache cache;
  private Tensor query;
  private Tensor answer;
  private Tensor starts;
  private Tensor past;

  /// Makes the sequences, and a cache that is full but for one place.
  @Setup(Level.Trial)
  public void prepare() {
    q = normal(1, length, HEADS, WIDTH);
    k = normal(1, length, HEADS, WIDTH);
    v = normal(1, length, HEADS, WIDTH);
    y = empty(1, length, HEADS, WIDTH);
    dy = normal(1, length, HEADS, WIDTH);
    dq = empty(1, length, HEADS, WIDTH);
    dk = empty(1, length, HEADS, WIDTH);
    dv = empty(1, length, HEADS, WIDTH);
    stats = empty(1, HEADS, length, 2);
    kernels.attention(y, stats, q, k, v, null, SCALE);
    cache = KeyValueCache.allocate(device, owner, 1, HEADS, WIDTH, length);
    kernels.cacheAppend(
        cache,
        k.reshape(length, HEADS, WIDTH),
        v.reshape(length, HEADS, WIDTH),
        ints(0, length),
        ints(0));
    query = normal(1, HEADS, WIDTH);
    answer = empty(1, HEADS, WIDTH);
    starts = ints(0, 1);
    past = ints(length - 1);
  }

  /// A prompt.
  @Benchmark
  public void prefill() {
    kernels.attention(y, stats, q, k, v, null, SCALE);
  }

  /// Its gradients.
  @Benchmark
  public void backward() {
    kernels.attentionGrad(
        Grad.into(dq), Grad.into(dk), Grad.into(dv), dy, y, stats, q, k, v, null, SCALE);
  }

  /// The last token of a full cache.
  @Benchmark
  public void decode() {
    kernels.cacheAttention(answer, query, cache, starts, past, SCALE);
  }
}
