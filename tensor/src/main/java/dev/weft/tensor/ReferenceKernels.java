package dev.weft.tensor;

/// The definition of every kernel, in scalar code that follows the text of [Kernels] step by step:
/// what all other devices are compared with. Works on memory that the host can read, whatever
/// device it belongs to; holds no state.
public final class ReferenceKernels implements Kernels {
  /// Kernels for any host device.
  public ReferenceKernels() {}

  @Override
  public void fill(Tensor x, double value) {
    ReferenceElementwise.fill(x, value);
  }

  @Override
  public void copy(Grad y, Tensor x) {
    ReferenceElementwise.copy(y, x);
  }

  @Override
  public void cast(Tensor y, Tensor x) {
    ReferenceElementwise.copy(Grad.into(y), x);
  }

  @Override
  public void unary(Unary f, Tensor y, Tensor x) {
    ReferenceElementwise.unary(f, y, x);
  }

  @Override
  public void unaryGrad(Unary f, Grad dx, Tensor dy, Tensor x, Tensor y) {
    ReferenceElementwise.unaryGrad(f, dx, dy, x, y);
  }

  @Override
  public void binary(Binary f, Tensor y, Tensor a, Tensor b) {
    ReferenceElementwise.binary(f, y, a, b);
  }

  @Override
  public void binaryGrad(Binary f, boolean left, Grad d, Tensor dy, Tensor a, Tensor b, Tensor y) {
    ReferenceElementwise.binaryGrad(f, left, d, dy, a, b, y);
  }

  @Override
  public void affine(Grad y, Tensor x, double scale, double shift) {
    ReferenceElementwise.affine(y, x, scale, shift);
  }

  @Override
  public void where(Tensor y, Tensor condition, Tensor a, Tensor b) {
    ReferenceElementwise.where(y, condition, a, b);
  }

  @Override
  public void dropout(Grad y, Tensor x, double p, long seed, int step, int sequence) {
    ReferenceElementwise.dropout(y, x, p, seed, step, sequence);
  }

  @Override
  public void reduce(Reduce f, Grad y, Tensor x) {
    ReferenceReductions.reduce(f, y, x);
  }

  @Override
  public void reduceGrad(Reduce f, Grad dx, Tensor dy, Tensor x, Tensor y) {
    ReferenceReductions.reduceGrad(f, dx, dy, x, y);
  }

  @Override
  public void argmax(Tensor y, Tensor x) {
    ReferenceReductions.argmax(y, x);
  }

  @Override
  public void topK(Tensor values, Tensor ids, Tensor x, boolean descending) {
    ReferenceReductions.topK(values, ids, x, descending);
  }

  @Override
  public void sample(Tensor ids, Tensor logits, Draw draw) {
    ReferenceSampling.sample(ids, logits, draw);
  }

  @Override
  public void cumsum(Grad y, Tensor x, boolean reverse) {
    ReferenceReductions.cumsum(y, x, reverse);
  }

  @Override
  public void gather(Tensor y, Tensor x, Tensor ids) {
    ReferenceReductions.gather(y, x, ids);
  }

  @Override
  public void gatherGrad(Grad dx, Tensor dy, Tensor ids) {
    ReferenceReductions.gatherGrad(dx, dy, ids);
  }

  @Override
  public void matmul(Grad c, Tensor a, Tensor b) {
    ReferenceProducts.matmul(c, a, b);
  }

  @Override
  public void pack(Weight target, Tensor matrix) {
    ReferenceProducts.pack(target, matrix);
  }

  @Override
  public Weight.Layout packLayout(int out, DType dtype) {
    return Weight.Layout.host(dtype);
  }

  @Override
  public void linear(
      Tensor y, Tensor x, Weight w, Tensor bias, Activation activation, Tensor residual) {
    ReferenceProducts.linear(y, x, w, bias, activation, residual);
  }

  @Override
  public void recurrent(Recurrence run) {
    new ReferenceRecurrence(run).forward();
  }

  @Override
  public void recurrentGrad(
      Recurrence run, Tensor dh, Tensor dh0, Tensor dc0, Tensor dy, Tensor dcLast) {
    new ReferenceRecurrence(run).backward(dh, dh0, dc0, dy, dcLast);
  }

  @Override
  public void embedding(Tensor y, Tensor table, Tensor ids) {
    ReferenceProducts.embedding(y, table, ids);
  }

  @Override
  public void column(Tensor y, Weight w, Tensor ids) {
    ReferenceProducts.column(y, w, ids);
  }

  @Override
  public void embeddingGrad(Grad dTable, Tensor dy, Tensor ids) {
    ReferenceProducts.embeddingGrad(dTable, dy, ids);
  }

  @Override
  public void softmax(Tensor y, Tensor x) {
    ReferenceLosses.softmax(y, x);
  }

  @Override
  public void softmaxGrad(Grad dx, Tensor dy, Tensor y) {
    ReferenceLosses.softmaxGrad(dx, dy, y);
  }

  @Override
  public void logSoftmax(Tensor y, Tensor x) {
    ReferenceLosses.logSoftmax(y, x);
  }

  @Override
  public void logSoftmaxGrad(Grad dx, Tensor dy, Tensor y) {
    ReferenceLosses.logSoftmaxGrad(dx, dy, y);
  }

  @Override
  public void crossEntropy(
      Tensor losses,
      Tensor stats,
      Tensor logits,
      Tensor targets,
      Tensor weights,
      double smoothing,
      int ignore) {
    ReferenceLosses.crossEntropy(losses, stats, logits, targets, weights, smoothing, ignore);
  }

  @Override
  public void crossEntropyGrad(
      Grad dLogits,
      Tensor dLosses,
      Tensor logits,
      Tensor stats,
      Tensor targets,
      Tensor weights,
      double smoothing,
      int ignore) {
    ReferenceLosses.crossEntropyGrad(
        dLogits, dLosses, logits, stats, targets, weights, smoothing, ignore);
  }

  @Override
  public void layerNorm(Tensor y, Tensor stats, Tensor x, Tensor w, Tensor b, double eps) {
    ReferenceNorms.layerNorm(y, stats, x, w, b, eps);
  }

  @Override
  public void layerNormGrad(
      Grad dx, Grad dw, Grad db, Tensor dy, Tensor x, Tensor w, Tensor stats) {
    ReferenceNorms.layerNormGrad(dx, dw, db, dy, x, w, stats);
  }

  @Override
  public void rmsNorm(Tensor y, Tensor stats, Tensor x, Tensor w, double eps) {
    ReferenceNorms.rmsNorm(y, stats, x, w, eps);
  }

  @Override
  public void rmsNormGrad(Grad dx, Grad dw, Tensor dy, Tensor x, Tensor w, Tensor stats) {
    ReferenceNorms.rmsNormGrad(dx, dw, dy, x, w, stats);
  }

  @Override
  public void batchNorm(
      Tensor y,
      Tensor stats,
      Tensor running,
      Tensor x,
      Tensor w,
      Tensor b,
      double momentum,
      double eps) {
    ReferenceNorms.batchNorm(y, stats, running, x, w, b, momentum, eps);
  }

  @Override
  public void batchNormInference(
      Tensor y, Tensor running, Tensor x, Tensor w, Tensor b, double eps) {
    ReferenceNorms.batchNormInference(y, running, x, w, b, eps);
  }

  @Override
  public void batchNormGrad(
      Grad dx, Grad dw, Grad db, Tensor dy, Tensor x, Tensor w, Tensor stats) {
    ReferenceNorms.batchNormGrad(dx, dw, db, dy, x, w, stats);
  }

  @Override
  public void attention(
      Tensor y, Tensor stats, Tensor q, Tensor k, Tensor v, Tensor lengths, double scale) {
    ReferenceAttention.attention(y, stats, q, k, v, lengths, scale);
  }

  @Override
  public void attentionGrad(
      Grad dq,
      Grad dk,
      Grad dv,
      Tensor dy,
      Tensor y,
      Tensor stats,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor lengths,
      double scale) {
    ReferenceAttention.attentionGrad(dq, dk, dv, dy, y, stats, q, k, v, lengths, scale);
  }

  @Override
  public void cacheAppend(KeyValueCache cache, Tensor k, Tensor v, Tensor starts, Tensor past) {
    ReferenceAttention.cacheAppend(cache, k, v, starts, past);
  }

  @Override
  public void cacheAttention(
      Tensor y, Tensor q, KeyValueCache cache, Tensor starts, Tensor past, double scale) {
    ReferenceAttention.cacheAttention(y, q, cache, starts, past, scale);
  }

  @Override
  public void cacheReorder(KeyValueCache cache, int[] parents, int[] lengths) {
    ReferenceAttention.cacheReorder(cache, parents, lengths);
  }

  @Override
  public void cacheCopy(
      KeyValueCache target, int targetRow, KeyValueCache source, int sourceRow, int length) {
    ReferenceAttention.cacheCopy(target, targetRow, source, sourceRow, length);
  }

  @Override
  public long cacheRowSize(int heads, int headDim, int capacity) {
    return ReferenceAttention.cacheRowSize(heads, headDim, capacity);
  }

  @Override
  public void sgd(
      Tensor p,
      Tensor g,
      Tensor m,
      double rate,
      double momentum,
      boolean nesterov,
      double decay,
      boolean first) {
    ReferenceOptimizers.sgd(p, g, m, rate, momentum, nesterov, decay, first);
  }

  @Override
  public void adam(Tensor p, Tensor g, Tensor m, Tensor v, AdamStep step) {
    ReferenceOptimizers.adam(p, g, m, v, step);
  }

  @Override
  public void rmsProp(Tensor p, Tensor g, Tensor v, double rate, double alpha, double eps) {
    ReferenceOptimizers.rmsProp(p, g, v, rate, alpha, eps);
  }

  @Override
  public void adagrad(Tensor p, Tensor g, Tensor v, double rate, double eps) {
    ReferenceOptimizers.adagrad(p, g, v, rate, eps);
  }

  @Override
  public double sumOfSquares(Tensor x) {
    return ReferenceOptimizers.sumOfSquares(x);
  }

  @Override
  public void clamp(Tensor x, double limit) {
    ReferenceElementwise.clamp(x, limit);
  }
}
