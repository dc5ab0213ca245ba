package dev.weft.kernels.cuda;

import dev.weft.tensor.Activation;
import dev.weft.tensor.Binary;
import dev.weft.tensor.DType;
import dev.weft.tensor.Draw;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Kernels;
import dev.weft.tensor.KeyValueCache;
import dev.weft.tensor.Recurrence;
import dev.weft.tensor.Reduce;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Unary;
import dev.weft.tensor.Weight;

/// The numeric contract on a GPU: one class, and one `.cu` file, for each family of kernels, in
/// F32.
final class CudaKernels implements Kernels {
  private final Elementwise elementwise;
  private final Copying copying;
  private final Dropout dropout;
  private final Optimizers optimizers;
  private final Softmax softmax;
  private final Reductions reductions;
  private final CrossEntropy crossEntropy;
  private final Tables tables;
  private final Packs packs;
  private final Products products;
  private final BatchNorm batchNorm;
  private final LayerNorm layerNorm;
  private final Order order;
  private final Attention attention;
  private final Cache caches;
  private final Sampling sampling;
  private final Recurrent recurrent;

  CudaKernels(CudaStream stream, Blas blas) {
    elementwise = new Elementwise(stream);
    copying = new Copying(stream);
    dropout = new Dropout(stream);
    optimizers = new Optimizers(stream);
    softmax = new Softmax(stream);
    reductions = new Reductions(stream);
    crossEntropy = new CrossEntropy(stream);
    tables = new Tables(stream);
    packs = new Packs(stream);
    products = new Products(stream, blas, packs, copying);
    batchNorm = new BatchNorm(stream);
    layerNorm = new LayerNorm(stream);
    order = new Order(stream);
    attention = new Attention(stream);
    caches = new Cache(stream, attention);
    sampling = new Sampling(stream);
    recurrent = new Recurrent(stream);
  }

  @Override
  public void fill(Tensor x, double value) {
    copying.fill(x, value);
  }

  @Override
  public void copy(Grad y, Tensor x) {
    copying.copy(y, x);
  }

  @Override
  public void cast(Tensor y, Tensor x) {
    copying.cast(y, x);
  }

  @Override
  public void unary(Unary f, Tensor y, Tensor x) {
    elementwise.unary(f, y, x);
  }

  @Override
  public void unaryGrad(Unary f, Grad dx, Tensor dy, Tensor x, Tensor y) {
    elementwise.unaryGrad(f, dx, dy, x, y);
  }

  @Override
  public void binary(Binary f, Tensor y, Tensor a, Tensor b) {
    elementwise.binary(f, y, a, b);
  }

  @Override
  public void binaryGrad(Binary f, boolean left, Grad d, Tensor dy, Tensor a, Tensor b, Tensor y) {
    elementwise.binaryGrad(f, left, d, dy, a, b, y);
  }

  @Override
  public void affine(Grad y, Tensor x, double scale, double shift) {
    elementwise.affine(y, x, scale, shift);
  }

  @Override
  public void where(Tensor y, Tensor condition, Tensor a, Tensor b) {
    elementwise.where(y, condition, a, b);
  }

  @Override
  public void dropout(Grad y, Tensor x, double p, long seed, int step, int sequence) {
    dropout.dropout(y, x, p, seed, step, sequence);
  }

  @Override
  public void clamp(Tensor x, double limit) {
    elementwise.clamp(x, limit);
  }

  @Override
  public void reduce(Reduce f, Grad y, Tensor x) {
    reductions.reduce(f, y, x);
  }

  @Override
  public void reduceGrad(Reduce f, Grad dx, Tensor dy, Tensor x, Tensor y) {
    reductions.reduceGrad(f, dx, dy, x, y);
  }

  @Override
  public void argmax(Tensor y, Tensor x) {
    order.argmax(y, x);
  }

  @Override
  public void topK(Tensor values, Tensor ids, Tensor x, boolean descending) {
    order.topK(values, ids, x, descending);
  }

  @Override
  public void sample(Tensor ids, Tensor logits, Draw draw) {
    sampling.sample(ids, logits, draw);
  }

  @Override
  public void cumsum(Grad y, Tensor x, boolean reverse) {
    tables.cumsum(y, x, reverse);
  }

  @Override
  public void gather(Tensor y, Tensor x, Tensor ids) {
    tables.gather(y, x, ids);
  }

  @Override
  public void gatherGrad(Grad dx, Tensor dy, Tensor ids) {
    tables.gatherGrad(dx, dy, ids);
  }

  @Override
  public void matmul(Grad c, Tensor a, Tensor b) {
    products.matmul(c, a, b);
  }

  @Override
  public void pack(Weight target, Tensor matrix) {
    packs.pack(target, matrix);
  }

  @Override
  public Weight.Layout packLayout(int out, DType dtype) {
    return Packs.layout(out, dtype);
  }

  @Override
  public void linear(
      Tensor y, Tensor x, Weight w, Tensor bias, Activation activation, Tensor residual) {
    products.linear(y, x, w, bias, activation, residual);
  }

  @Override
  public void recurrent(Recurrence run) {
    recurrent.forward(run);
  }

  @Override
  public void recurrentGrad(
      Recurrence run, Tensor dh, Tensor dh0, Tensor dc0, Tensor dy, Tensor dcLast) {
    recurrent.backward(run, dh, dh0, dc0, dy, dcLast);
  }

  @Override
  public void embedding(Tensor y, Tensor table, Tensor ids) {
    tables.embedding(y, table, ids);
  }

  @Override
  public void column(Tensor y, Weight w, Tensor ids) {
    packs.column(y, w, ids);
  }

  @Override
  public void embeddingGrad(Grad dTable, Tensor dy, Tensor ids) {
    tables.embeddingGrad(dTable, dy, ids);
  }

  @Override
  public void softmax(Tensor y, Tensor x) {
    softmax.softmax(y, x);
  }

  @Override
  public void softmaxGrad(Grad dx, Tensor dy, Tensor y) {
    softmax.softmaxGrad(dx, dy, y);
  }

  @Override
  public void logSoftmax(Tensor y, Tensor x) {
    softmax.logSoftmax(y, x);
  }

  @Override
  public void logSoftmaxGrad(Grad dx, Tensor dy, Tensor y) {
    softmax.logSoftmaxGrad(dx, dy, y);
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
    crossEntropy.crossEntropy(losses, stats, logits, targets, weights, smoothing, ignore);
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
    crossEntropy.crossEntropyGrad(
        dLogits, dLosses, logits, stats, targets, weights, smoothing, ignore);
  }

  @Override
  public void layerNorm(Tensor y, Tensor stats, Tensor x, Tensor w, Tensor b, double eps) {
    layerNorm.layerNorm(y, stats, x, w, b, eps);
  }

  @Override
  public void layerNormGrad(
      Grad dx, Grad dw, Grad db, Tensor dy, Tensor x, Tensor w, Tensor stats) {
    layerNorm.layerNormGrad(dx, dw, db, dy, x, w, stats);
  }

  @Override
  public void rmsNorm(Tensor y, Tensor stats, Tensor x, Tensor w, double eps) {
    layerNorm.rmsNorm(y, stats, x, w, eps);
  }

  @Override
  public void rmsNormGrad(Grad dx, Grad dw, Tensor dy, Tensor x, Tensor w, Tensor stats) {
    layerNorm.rmsNormGrad(dx, dw, dy, x, w, stats);
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
    batchNorm.batchNorm(y, stats, running, x, w, b, momentum, eps);
  }

  @Override
  public void batchNormInference(
      Tensor y, Tensor running, Tensor x, Tensor w, Tensor b, double eps) {
    batchNorm.batchNormInference(y, running, x, w, b, eps);
  }

  @Override
  public void batchNormGrad(
      Grad dx, Grad dw, Grad db, Tensor dy, Tensor x, Tensor w, Tensor stats) {
    batchNorm.batchNormGrad(dx, dw, db, dy, x, w, stats);
  }

  @Override
  public void attention(
      Tensor y, Tensor stats, Tensor q, Tensor k, Tensor v, Tensor lengths, double scale) {
    attention.forward(y, stats, q, k, v, lengths, scale);
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
    attention.backward(dq, dk, dv, dy, y, stats, q, k, v, lengths, scale);
  }

  @Override
  public void cacheAppend(KeyValueCache cache, Tensor k, Tensor v, Tensor starts, Tensor past) {
    caches.append(cache, k, v, starts, past);
  }

  @Override
  public void cacheAttention(
      Tensor y, Tensor q, KeyValueCache cache, Tensor starts, Tensor past, double scale) {
    caches.attention(y, q, cache, starts, past, scale);
  }

  @Override
  public void cacheReorder(KeyValueCache cache, int[] parents, int[] lengths) {
    caches.reorder(cache, parents, lengths);
  }

  @Override
  public void cacheCopy(
      KeyValueCache target, int targetRow, KeyValueCache source, int sourceRow, int length) {
    caches.copy(target, targetRow, source, sourceRow, length);
  }

  @Override
  public long cacheRowSize(int heads, int headDim, int capacity) {
    return Cache.rowSize(heads, headDim, capacity);
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
    optimizers.sgd(p, g, m, rate, momentum, nesterov, decay, first);
  }

  @Override
  public void adam(Tensor p, Tensor g, Tensor m, Tensor v, AdamStep step) {
    optimizers.adam(p, g, m, v, step);
  }

  @Override
  public void rmsProp(Tensor p, Tensor g, Tensor v, double rate, double alpha, double eps) {
    optimizers.rmsProp(p, g, v, rate, alpha, eps);
  }

  @Override
  public void adagrad(Tensor p, Tensor g, Tensor v, double rate, double eps) {
    optimizers.adagrad(p, g, v, rate, eps);
  }

  @Override
  public double sumOfSquares(Tensor x) {
    return optimizers.sumOfSquares(x);
  }
}
