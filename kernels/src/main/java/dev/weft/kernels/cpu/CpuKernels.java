package dev.weft.kernels.cpu;

import dev.weft.tensor.Activation;
import dev.weft.tensor.Binary;
import dev.weft.tensor.DType;
import dev.weft.tensor.Draw;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Kernels;
import dev.weft.tensor.KeyValueCache;
import dev.weft.tensor.Recurrence;
import dev.weft.tensor.Reduce;
import dev.weft.tensor.ReferenceKernels;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Unary;
import dev.weft.tensor.Weight;

/// The numeric contract on the CPU: one class for each family of kernels, in F32. What no fast
/// kernel takes (F64, a layout that hardly occurs) goes to the definitions, which give the same
/// bits.
final class CpuKernels implements Kernels {
  private final Kernels reference = new ReferenceKernels();
  private final Elementwise elementwise;
  private final Copying copying;
  private final Dropout dropout;
  private final Reductions reductions;
  private final Order order;
  private final Sampling sampling;
  private final Tables tables;
  private final Softmax softmax;
  private final CrossEntropy crossEntropy;
  private final LayerNorm layerNorm;
  private final BatchNorm batchNorm;
  private final Gemm gemm;
  private final Pack pack;
  private final Linear linear;
  private final Column column;
  private final Attention attention;
  private final Cache cache;
  private final Recurrent recurrent;
  private final Optimizers optimizers;

  CpuKernels(Team team) {
    elementwise = new Elementwise(team);
    copying = new Copying(team);
    dropout = new Dropout(team);
    reductions = new Reductions(team);
    order = new Order(team);
    sampling = new Sampling(team);
    tables = new Tables(team);
    softmax = new Softmax(team);
    crossEntropy = new CrossEntropy(team);
    layerNorm = new LayerNorm(team);
    batchNorm = new BatchNorm(team);
    gemm = new Gemm(team);
    pack = new Pack(team);
    linear = new Linear(team);
    column = new Column(team);
    attention = new Attention(team);
    cache = new Cache(team);
    recurrent = new Recurrent(team);
    optimizers = new Optimizers(team);
  }

  private static boolean fast(Tensor x) {
    return x.dtype() == DType.F32;
  }

  private static boolean fast(Weight w) {
    return w.packed() || w.dtype() == DType.F32;
  }

  @Override
  public void fill(Tensor x, double value) {
    copying.fill(x, value);
  }

  @Override
  public void copy(Grad y, Tensor x) {
    if (y.accumulate() && !fast(x)) {
      reference.copy(y, x);
    } else {
      copying.copy(y, x);
    }
  }

  @Override
  public void cast(Tensor y, Tensor x) {
    if (y.dtype() == x.dtype()) {
      copying.copy(Grad.into(y), x);
    } else if (Copying.casts(x.dtype(), y.dtype())) {
      copying.cast(y, x);
    } else {
      reference.cast(y, x);
    }
  }

  @Override
  public void unary(Unary f, Tensor y, Tensor x) {
    if (fast(x)) {
      elementwise.unary(f, y, x);
    } else {
      reference.unary(f, y, x);
    }
  }

  @Override
  public void unaryGrad(Unary f, Grad dx, Tensor dy, Tensor x, Tensor y) {
    if (fast(x)) {
      elementwise.unaryGrad(f, dx, dy, x, y);
    } else {
      reference.unaryGrad(f, dx, dy, x, y);
    }
  }

  @Override
  public void binary(Binary f, Tensor y, Tensor a, Tensor b) {
    if (a.dtype() == b.dtype() && (fast(a) || a.dtype() == DType.I32 && f.comparison())) {
      elementwise.binary(f, y, a, b);
    } else {
      reference.binary(f, y, a, b);
    }
  }

  @Override
  public void binaryGrad(Binary f, boolean left, Grad d, Tensor dy, Tensor a, Tensor b, Tensor y) {
    if (fast(y)) {
      elementwise.binaryGrad(f, left, d, dy, a, b, y);
    } else {
      reference.binaryGrad(f, left, d, dy, a, b, y);
    }
  }

  @Override
  public void affine(Grad y, Tensor x, double scale, double shift) {
    if (fast(x)) {
      elementwise.affine(y, x, scale, shift);
    } else {
      reference.affine(y, x, scale, shift);
    }
  }

  @Override
  public void where(Tensor y, Tensor condition, Tensor a, Tensor b) {
    if (fast(y)) {
      elementwise.where(y, condition, a, b);
    } else {
      reference.where(y, condition, a, b);
    }
  }

  @Override
  public void dropout(Grad y, Tensor x, double p, long seed, int step, int sequence) {
    if (fast(x)) {
      dropout.dropout(y, x, p, seed, step, sequence);
    } else {
      reference.dropout(y, x, p, seed, step, sequence);
    }
  }

  @Override
  public void clamp(Tensor x, double limit) {
    if (fast(x)) {
      elementwise.clamp(x, limit);
    } else {
      reference.clamp(x, limit);
    }
  }

  @Override
  public void reduce(Reduce f, Grad y, Tensor x) {
    if (fast(x)) {
      reductions.reduce(f, y, x);
    } else {
      reference.reduce(f, y, x);
    }
  }

  @Override
  public void reduceGrad(Reduce f, Grad dx, Tensor dy, Tensor x, Tensor y) {
    if (fast(x) && x.rowsContiguous() && dx.tensor().rowsContiguous()) {
      reductions.reduceGrad(f, dx, dy, x, y);
    } else {
      reference.reduceGrad(f, dx, dy, x, y);
    }
  }

  @Override
  public void argmax(Tensor y, Tensor x) {
    if (fast(x)) {
      order.argmax(y, x);
    } else {
      reference.argmax(y, x);
    }
  }

  @Override
  public void topK(Tensor values, Tensor ids, Tensor x, boolean descending) {
    if (fast(x)) {
      order.topK(values, ids, x, descending);
    } else {
      reference.topK(values, ids, x, descending);
    }
  }

  @Override
  public void sample(Tensor ids, Tensor logits, Draw draw) {
    sampling.sample(ids, logits, draw);
  }

  @Override
  public void cumsum(Grad y, Tensor x, boolean reverse) {
    if (fast(x)) {
      tables.cumsum(y, x, reverse);
    } else {
      reference.cumsum(y, x, reverse);
    }
  }

  @Override
  public void gather(Tensor y, Tensor x, Tensor ids) {
    if (fast(x)) {
      tables.gather(y, x, ids);
    } else {
      reference.gather(y, x, ids);
    }
  }

  @Override
  public void gatherGrad(Grad dx, Tensor dy, Tensor ids) {
    if (fast(dy)) {
      tables.gatherGrad(dx, dy, ids);
    } else {
      reference.gatherGrad(dx, dy, ids);
    }
  }

  @Override
  public void matmul(Grad c, Tensor a, Tensor b) {
    if (fast(a)) {
      gemm.matmul(c, a, b);
    } else {
      reference.matmul(c, a, b);
    }
  }

  @Override
  public void pack(Weight target, Tensor matrix) {
    pack.pack(target, matrix);
  }

  @Override
  public Weight.Layout packLayout(int out, DType dtype) {
    if (dtype == DType.F16) {
      throw new IllegalArgumentException(
          "weight: the CPU has no packs of F16: take BF16, which is as small, or a GPU");
    }
    return Weight.Layout.host(dtype);
  }

  @Override
  public void linear(
      Tensor y, Tensor x, Weight w, Tensor bias, Activation activation, Tensor residual) {
    if (fast(x) && fast(w)) {
      linear.linear(y, x, w, bias, activation, residual);
    } else {
      reference.linear(y, x, w, bias, activation, residual);
    }
  }

  @Override
  public void recurrent(Recurrence run) {
    if (fast(run.h()) && run.rows() > 0) {
      recurrent.forward(run);
    } else {
      reference.recurrent(run);
    }
  }

  @Override
  public void recurrentGrad(
      Recurrence run, Tensor dh, Tensor dh0, Tensor dc0, Tensor dy, Tensor dcLast) {
    if (fast(run.h()) && run.rows() > 0) {
      recurrent.backward(run, new RecurrentBackward.Gradients(dh, dy, dh0, dc0, dcLast));
    } else {
      reference.recurrentGrad(run, dh, dh0, dc0, dy, dcLast);
    }
  }

  @Override
  public void embedding(Tensor y, Tensor table, Tensor ids) {
    tables.embedding(y, table, ids);
  }

  @Override
  public void column(Tensor y, Weight w, Tensor ids) {
    if (fast(w)) {
      column.column(y, w, ids);
    } else {
      reference.column(y, w, ids);
    }
  }

  @Override
  public void embeddingGrad(Grad dTable, Tensor dy, Tensor ids) {
    if (fast(dy)) {
      tables.embeddingGrad(dTable, dy, ids);
    } else {
      reference.embeddingGrad(dTable, dy, ids);
    }
  }

  @Override
  public void softmax(Tensor y, Tensor x) {
    if (fast(x)) {
      softmax.softmax(y, x);
    } else {
      reference.softmax(y, x);
    }
  }

  @Override
  public void softmaxGrad(Grad dx, Tensor dy, Tensor y) {
    if (fast(y)) {
      softmax.softmaxGrad(dx, dy, y);
    } else {
      reference.softmaxGrad(dx, dy, y);
    }
  }

  @Override
  public void logSoftmax(Tensor y, Tensor x) {
    if (fast(x)) {
      softmax.logSoftmax(y, x);
    } else {
      reference.logSoftmax(y, x);
    }
  }

  @Override
  public void logSoftmaxGrad(Grad dx, Tensor dy, Tensor y) {
    if (fast(y)) {
      softmax.logSoftmaxGrad(dx, dy, y);
    } else {
      reference.logSoftmaxGrad(dx, dy, y);
    }
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
    if (fast(logits)) {
      crossEntropy.crossEntropy(losses, stats, logits, targets, weights, smoothing, ignore);
    } else {
      reference.crossEntropy(losses, stats, logits, targets, weights, smoothing, ignore);
    }
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
    if (fast(logits)) {
      crossEntropy.crossEntropyGrad(
          dLogits, dLosses, logits, stats, targets, weights, smoothing, ignore);
    } else {
      reference.crossEntropyGrad(
          dLogits, dLosses, logits, stats, targets, weights, smoothing, ignore);
    }
  }

  @Override
  public void layerNorm(Tensor y, Tensor stats, Tensor x, Tensor w, Tensor b, double eps) {
    if (fast(x)) {
      layerNorm.layerNorm(y, stats, x, w, b, eps);
    } else {
      reference.layerNorm(y, stats, x, w, b, eps);
    }
  }

  @Override
  public void layerNormGrad(
      Grad dx, Grad dw, Grad db, Tensor dy, Tensor x, Tensor w, Tensor stats) {
    if (fast(x)) {
      layerNorm.layerNormGrad(dx, dw, db, dy, x, w, stats);
    } else {
      reference.layerNormGrad(dx, dw, db, dy, x, w, stats);
    }
  }

  @Override
  public void rmsNorm(Tensor y, Tensor stats, Tensor x, Tensor w, double eps) {
    if (fast(x)) {
      layerNorm.rmsNorm(y, stats, x, w, eps);
    } else {
      reference.rmsNorm(y, stats, x, w, eps);
    }
  }

  @Override
  public void rmsNormGrad(Grad dx, Grad dw, Tensor dy, Tensor x, Tensor w, Tensor stats) {
    if (fast(x)) {
      layerNorm.rmsNormGrad(dx, dw, dy, x, w, stats);
    } else {
      reference.rmsNormGrad(dx, dw, dy, x, w, stats);
    }
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
    if (fast(x)) {
      batchNorm.batchNorm(y, stats, running, x, w, b, momentum, eps);
    } else {
      reference.batchNorm(y, stats, running, x, w, b, momentum, eps);
    }
  }

  @Override
  public void batchNormInference(
      Tensor y, Tensor running, Tensor x, Tensor w, Tensor b, double eps) {
    if (fast(x)) {
      batchNorm.batchNormInference(y, running, x, w, b, eps);
    } else {
      reference.batchNormInference(y, running, x, w, b, eps);
    }
  }

  @Override
  public void batchNormGrad(
      Grad dx, Grad dw, Grad db, Tensor dy, Tensor x, Tensor w, Tensor stats) {
    if (fast(x)) {
      batchNorm.batchNormGrad(dx, dw, db, dy, x, w, stats);
    } else {
      reference.batchNormGrad(dx, dw, db, dy, x, w, stats);
    }
  }

  @Override
  public void attention(
      Tensor y, Tensor stats, Tensor q, Tensor k, Tensor v, Tensor lengths, double scale) {
    if (fast(q)) {
      attention.attention(y, stats, q, k, v, lengths, scale);
    } else {
      reference.attention(y, stats, q, k, v, lengths, scale);
    }
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
    if (fast(q)) {
      attention.attentionGrad(dq, dk, dv, dy, y, stats, q, k, v, lengths, scale);
    } else {
      reference.attentionGrad(dq, dk, dv, dy, y, stats, q, k, v, lengths, scale);
    }
  }

  @Override
  public void cacheAppend(KeyValueCache cache, Tensor k, Tensor v, Tensor starts, Tensor past) {
    this.cache.append(cache, k, v, starts, past);
  }

  @Override
  public void cacheAttention(
      Tensor y, Tensor q, KeyValueCache cache, Tensor starts, Tensor past, double scale) {
    this.cache.attention(y, q, cache, starts, past, scale);
  }

  @Override
  public void cacheReorder(KeyValueCache cache, int[] parents, int[] lengths) {
    this.cache.reorder(cache, parents, lengths);
  }

  @Override
  public void cacheCopy(
      KeyValueCache target, int targetRow, KeyValueCache source, int sourceRow, int length) {
    cache.copy(target, targetRow, source, sourceRow, length);
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
    if (fast(p)) {
      optimizers.sgd(p, g, m, rate, momentum, nesterov, decay, first);
    } else {
      reference.sgd(p, g, m, rate, momentum, nesterov, decay, first);
    }
  }

  @Override
  public void adam(Tensor p, Tensor g, Tensor m, Tensor v, AdamStep step) {
    if (fast(p)) {
      optimizers.adam(p, g, m, v, step);
    } else {
      reference.adam(p, g, m, v, step);
    }
  }

  @Override
  public void rmsProp(Tensor p, Tensor g, Tensor v, double rate, double alpha, double eps) {
    if (fast(p)) {
      optimizers.rmsProp(p, g, v, rate, alpha, eps);
    } else {
      reference.rmsProp(p, g, v, rate, alpha, eps);
    }
  }

  @Override
  public void adagrad(Tensor p, Tensor g, Tensor v, double rate, double eps) {
    if (fast(p)) {
      optimizers.adagrad(p, g, v, rate, eps);
    } else {
      reference.adagrad(p, g, v, rate, eps);
    }
  }

  @Override
  public double sumOfSquares(Tensor x) {
    return fast(x) ? optimizers.sumOfSquares(x) : reference.sumOfSquares(x);
  }
}
