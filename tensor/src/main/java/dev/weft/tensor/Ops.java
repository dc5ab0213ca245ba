package dev.weft.tensor;

import dev.weft.tensor.ops.Attention;
import dev.weft.tensor.ops.BatchNorm;
import dev.weft.tensor.ops.Cast;
import dev.weft.tensor.ops.CrossEntropy;
import dev.weft.tensor.ops.Cumsum;
import dev.weft.tensor.ops.Dropout;
import dev.weft.tensor.ops.Elementwise;
import dev.weft.tensor.ops.Embedding;
import dev.weft.tensor.ops.Gather;
import dev.weft.tensor.ops.Joining;
import dev.weft.tensor.ops.LayerNorm;
import dev.weft.tensor.ops.Linear;
import dev.weft.tensor.ops.Matmul;
import dev.weft.tensor.ops.Recurrent;
import dev.weft.tensor.ops.Reduction;
import dev.weft.tensor.ops.RmsNorm;
import dev.weft.tensor.ops.Sample;
import dev.weft.tensor.ops.Softmax;
import dev.weft.tensor.ops.TopK;
import dev.weft.tensor.ops.Views;
import dev.weft.tensor.ops.Where;
import java.util.ArrayList;
import java.util.List;

/// Every op, by name: checks its input, makes the output in the thread's scope, runs the device's
/// kernel and records the reverse on the thread's tape. The classes in `dev.weft.tensor.ops` hold
/// forward and backward side by side. Inputs of one op live on one device; nothing promotes types
/// by itself.
public final class Ops {
  private Ops() {}

  // ---- elementwise ----------------------------------------------------------------------------

  /// y = f(x), any shape.
  public static Tensor unary(Unary f, Tensor x) {
    return Elementwise.unary(f, x);
  }

  /// y = f(a, b), broadcast by NumPy's rule; BOOL for comparisons.
  public static Tensor binary(Binary f, Tensor a, Tensor b) {
    return Elementwise.binary(f, a, b);
  }

  /// a + b, broadcast.
  public static Tensor add(Tensor a, Tensor b) {
    return binary(Binary.ADD, a, b);
  }

  /// a − b, broadcast.
  public static Tensor sub(Tensor a, Tensor b) {
    return binary(Binary.SUB, a, b);
  }

  /// a · b elementwise, broadcast.
  public static Tensor mul(Tensor a, Tensor b) {
    return binary(Binary.MUL, a, b);
  }

  /// a / b, broadcast.
  public static Tensor div(Tensor a, Tensor b) {
    return binary(Binary.DIV, a, b);
  }

  /// x · factor.
  public static Tensor scale(Tensor x, double factor) {
    return affine(x, factor, 0);
  }

  /// x · scale + shift, one fused multiply-add.
  public static Tensor affine(Tensor x, double scale, double shift) {
    return Elementwise.affine(x, scale, shift);
  }

  /// max(x, 0).
  public static Tensor relu(Tensor x) {
    return unary(Unary.RELU, x);
  }

  /// GPT-2's GELU, by tanh; see [Unary#GELU_TANH].
  public static Tensor gelu(Tensor x) {
    return unary(Unary.GELU_TANH, x);
  }

  /// 1 / (1 + exp(−x)).
  public static Tensor sigmoid(Tensor x) {
    return unary(Unary.SIGMOID, x);
  }

  /// condition ? a : b elementwise, broadcast; `condition` is BOOL.
  public static Tensor where(Tensor condition, Tensor a, Tensor b) {
    return Where.apply(condition, a, b);
  }

  /// x with a share `p` in [0, 1) of its elements set to 0 and the others times 1/(1 − p). The mask
  /// is a function of (seed, step, sequence) and the position alone; see [Kernels#dropout].
  public static Tensor dropout(Tensor x, double p, long seed, int step, int sequence) {
    return Dropout.apply(x, p, seed, step, sequence);
  }

  /// x in another element type; gradients pass between F32 and F64.
  public static Tensor cast(Tensor x, DType to) {
    return Cast.apply(x, to);
  }

  // ---- reductions and order -------------------------------------------------------------------

  /// The reduction over `axes` (none given: all); `keep` leaves them with size 1.
  public static Tensor reduce(Reduce f, Tensor x, boolean keep, int... axes) {
    return Reduction.apply(f, x, keep, axes);
  }

  /// The sum of all elements, a scalar.
  public static Tensor sum(Tensor x) {
    return reduce(Reduce.SUM, x, false);
  }

  /// The sum over one axis.
  public static Tensor sum(Tensor x, int axis) {
    return reduce(Reduce.SUM, x, false, axis);
  }

  /// The mean of all elements, a scalar.
  public static Tensor mean(Tensor x) {
    return reduce(Reduce.MEAN, x, false);
  }

  /// The largest value over one axis.
  public static Tensor max(Tensor x, int axis) {
    return reduce(Reduce.MAX, x, false, axis);
  }

  /// The smallest value over one axis.
  public static Tensor min(Tensor x, int axis) {
    return reduce(Reduce.MIN, x, false, axis);
  }

  /// log Σ exp over one axis.
  public static Tensor logSumExp(Tensor x, int axis) {
    return reduce(Reduce.LOG_SUM_EXP, x, false, axis);
  }

  /// √Σx² of all elements.
  public static Tensor norm(Tensor x) {
    return reduce(Reduce.NORM, x, false);
  }

  /// I32 index of the first largest value along the last axis.
  public static Tensor argmax(Tensor x) {
    return Reduction.argmax(x);
  }

  /// The k largest values along the last axis and their indices, largest first, ties by index.
  public static TopK.Result topK(Tensor x, int k) {
    return TopK.apply(x, k, true);
  }

  /// All values along the last axis in order, stable, and where they stood.
  public static TopK.Result sort(Tensor x, boolean descending) {
    return TopK.apply(x, x.shape().last(), descending);
  }

  /// One id for each row of logits (R, V), drawn on their device: I32 (R).
  public static Tensor sample(Tensor logits, Draw draw) {
    return Sample.apply(logits, draw);
  }

  /// [#sample] into ids I32 (R), for work that is recorded: nothing is copied to the host, so that
  /// the counts must be right already, ids in the vocabulary and starts ascending to at most their
  /// number.
  public static void sampleInto(Tensor ids, Tensor logits, Draw draw) {
    Sample.into(ids, logits, draw);
  }

  /// Running sums along the last axis.
  public static Tensor cumsum(Tensor x) {
    return Cumsum.apply(x);
  }

  /// y[…, j] = x[…, ids[…, j]] along the last axis; `ids` I32 with the leading axes of x.
  public static Tensor gather(Tensor x, Tensor ids) {
    return Gather.apply(x, ids);
  }

  // ---- products -------------------------------------------------------------------------------

  /// (…, M, K) · (…, K, N) = (…, M, N), leading axes broadcast; pass a transposed view for a
  /// transposed side.
  public static Tensor matmul(Tensor a, Tensor b) {
    return Matmul.apply(a, b);
  }

  /// x (…, in) · w (in, out) + bias (out)?, with gradients.
  public static Tensor linear(Tensor x, Tensor w, Tensor bias) {
    return Linear.apply(x, w, bias);
  }

  /// activation(x (…, in) · w + bias?) + residual (…, out)?, in one pass; packs have no gradient.
  public static Tensor linear(
      Tensor x, Weight w, Tensor bias, Activation activation, Tensor residual) {
    return Linear.apply(x, w, bias, activation, residual);
  }

  /// a (a…) × b (b…) = (a…, b…): every product of an element of a with one of b.
  public static Tensor outer(Tensor a, Tensor b) {
    int[] column = java.util.Arrays.copyOf(a.shape().dims(), a.shape().rank() + b.shape().rank());
    java.util.Arrays.fill(column, a.shape().rank(), column.length, 1);
    return mul(reshape(a, column), b);
  }

  // ---- shape ----------------------------------------------------------------------------------

  /// The same elements in row-major order in another shape; one dimension may be −1. A view where
  /// the strides allow it, else a copy.
  public static Tensor reshape(Tensor x, int... dims) {
    return Views.reshape(x, dims);
  }

  /// A view with two axes swapped.
  public static Tensor transpose(Tensor x, int axis1, int axis2) {
    return Views.transpose(x, axis1, axis2);
  }

  /// A view with the axes in a new order.
  public static Tensor permute(Tensor x, int... axes) {
    return Views.permute(x, axes);
  }

  /// A view of positions [from, to) of one axis.
  public static Tensor slice(Tensor x, int axis, int from, int to) {
    return Views.slice(x, axis, from, to);
  }

  /// x repeated to a shape it broadcasts to: a view, or a copy where a tape tracks x.
  public static Tensor expand(Tensor x, Shape shape) {
    return Views.expand(x, shape);
  }

  /// A view with an axis of size 1 before `axis`.
  public static Tensor unsqueeze(Tensor x, int axis) {
    return reshape(x, x.shape().insert(axis < 0 ? axis + x.shape().rank() + 1 : axis, 1).dims());
  }

  /// x itself when it is dense, else a dense copy.
  public static Tensor contiguous(Tensor x) {
    return Views.contiguous(x);
  }

  /// The tensors one after another along an axis; the other dimensions are equal.
  public static Tensor concat(int axis, Tensor... parts) {
    return Joining.concat(axis, parts);
  }

  /// Tensors of one shape side by side along a new axis.
  public static Tensor stack(int axis, Tensor... parts) {
    if (parts.length == 0) {
      throw new IllegalArgumentException("stack: no tensor to stack");
    }
    Tensor[] expanded = new Tensor[parts.length];
    for (int i = 0; i < parts.length; i++) {
      expanded[i] = unsqueeze(parts[i], axis);
    }
    return concat(axis < 0 ? axis + expanded[0].shape().rank() : axis, expanded);
  }

  /// Views of consecutive parts of an axis; the sizes add up to it.
  public static List<Tensor> split(Tensor x, int axis, int... sizes) {
    List<Tensor> parts = new ArrayList<>(sizes.length);
    int from = 0;
    for (int size : sizes) {
      parts.add(slice(x, axis, from, from + size));
      from += size;
    }
    if (from != x.dim(axis)) {
      throw new IllegalArgumentException(
          "split: the sizes add up to "
              + from
              + " but axis "
              + axis
              + " of "
              + x.shape()
              + " has "
              + x.dim(axis));
    }
    return parts;
  }

  /// x with `before` and `after` elements of `value` along an axis.
  public static Tensor pad(Tensor x, int axis, int before, int after, double value) {
    return Joining.pad(x, axis, before, after, value);
  }

  // ---- tables ---------------------------------------------------------------------------------

  /// Rows of table (V, C) for ids (…): (…, C). The gradient sums over repeated ids; other rows get
  /// 0.
  public static Tensor embedding(Tensor table, Tensor ids) {
    return Embedding.apply(table, ids);
  }

  /// Columns of a weight (C, V) for ids (…): (…, C): embedding rows out of a tied head's pack.
  public static Tensor embedding(Weight head, Tensor ids) {
    return Embedding.apply(head, ids);
  }

  // ---- softmax, loss, norms, attention --------------------------------------------------------

  /// Softmax over the last axis.
  public static Tensor softmax(Tensor x) {
    return Softmax.apply(x);
  }

  /// Log-softmax over the last axis.
  public static Tensor logSoftmax(Tensor x) {
    return Softmax.log(x);
  }

  /// Mean cross entropy of logits (…, V) against targets I32 (…).
  public static Tensor crossEntropy(Tensor logits, Tensor targets) {
    return CrossEntropy.apply(logits, targets, CrossEntropy.Options.PLAIN);
  }

  /// Mean cross entropy with an ignored index, class weights or label smoothing.
  public static Tensor crossEntropy(Tensor logits, Tensor targets, CrossEntropy.Options options) {
    return CrossEntropy.apply(logits, targets, options);
  }

  /// Mean negative log-likelihood of log-probabilities (R, V) against targets I32 (R).
  public static Tensor nll(Tensor logProbabilities, Tensor targets) {
    return scale(mean(gather(logProbabilities, unsqueeze(targets, -1))), -1);
  }

  /// Mean cross entropy of probabilities (R, V), as a softmax layer gives them, against targets I32
  /// (R).
  public static Tensor crossEntropyOfProbabilities(Tensor probabilities, Tensor targets) {
    return scale(mean(unary(Unary.LOG, gather(probabilities, unsqueeze(targets, -1)))), -1);
  }

  /// Mean binary cross entropy of logits against probabilities of one shape.
  public static Tensor binaryCrossEntropy(Tensor logits, Tensor targets) {
    logits.shape().requireSame(targets.shape(), "binaryCrossEntropy");
    return mean(binary(Binary.BCE_WITH_LOGITS, logits, targets));
  }

  /// Layer norm over the last axis: x (…, C); w, b (C). Ba, Kiros and Hinton, 2016.
  public static Tensor layerNorm(Tensor x, Tensor w, Tensor b, double eps) {
    return LayerNorm.apply(x, w, b, eps);
  }

  /// x / √(mean x² + eps) · w over the last axis. Zhang and Sennrich, 2019.
  public static Tensor rmsNorm(Tensor x, Tensor w, double eps) {
    return RmsNorm.apply(x, w, eps);
  }

  /// Batch norm of x (R, C) per column; updates running (2, C) when given. Ioffe and Szegedy, 2015.
  public static Tensor batchNorm(
      Tensor x, Tensor w, Tensor b, Tensor running, double momentum, double eps) {
    return BatchNorm.train(x, w, b, running, momentum, eps);
  }

  /// Batch norm with the running mean and variance (2, C).
  public static Tensor batchNormInference(
      Tensor x, Tensor w, Tensor b, Tensor running, double eps) {
    return BatchNorm.infer(x, w, b, running, eps);
  }

  /// A recurrent layer over x (T, B, I); see [Recurrent#apply] and [Recurrence].
  public static Recurrent.Result recurrent(
      Gating gating,
      Tensor x,
      Recurrent.Weights weights,
      Recurrent.State first,
      Tensor mask,
      boolean reverse) {
    return Recurrent.apply(gating, x, weights, first, mask, reverse, null);
  }

  /// Causal attention: q (B, T, H, D), k and v (B, S, H, D) with S ≥ T: query t sees keys up to t +
  /// S − T, and below `lengths` (I32 (B), or null). Vaswani et al., 2017.
  public static Tensor attention(Tensor q, Tensor k, Tensor v, Tensor lengths, double scale) {
    return Attention.apply(q, k, v, lengths, scale);
  }
}
