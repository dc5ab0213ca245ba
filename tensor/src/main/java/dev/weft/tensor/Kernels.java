package dev.weft.tensor;

/// The whole numeric contract of a device: output first, then inputs, then sizes. [Ops] checks
/// shapes, types and devices; kernels may rely on it.
///
/// **Definition.** [ReferenceKernels] defines each method, to the bit in F32: a fast host device
/// gives the same bits at every thread count and vector width. What fixes them:
///
/// - *Chain.* An element of a product is one chain of fused multiply-adds, k ascending, from 0 (or
///   from the old value when a gradient accumulates). Bias, activation and residual come after, in
///   this order.
/// - *Lanes.* A sum of n values has sixteen lanes, from +0: value i is added to lane i mod 16, i
///   ascending (a sum of products: fused multiply-add); then lane j += lane j + w for w = 8, 4, 2,
///   1; lane 0 is the sum. Row sums and column sums alike.
/// - A formula is evaluated as it stands, left to right, each step rounded; it is fused only where
///   it says fma, chain, or sum of products. Expressions of scalar arguments are evaluated in
///   double (powers by StrictMath) and rounded to the tensor's type once.
/// - Functions are those of [Real], [Unary] and [Binary]. Accumulating adds the finished gradient
///   to the old value, except where the gradient is a chain, which starts from it.
/// - One NaN is as good as another.
///
/// **Layout.** The elementwise methods (but `dropout`), `reduce`, `reduceGrad` and the operands of
/// `matmul` take any strides; every other tensor argument has rows contiguous in its last axis.
/// Shapes stand in the comments; R rows are one axis, with any row stride. A [Grad] may be null
/// where it says "?".
public interface Kernels {

  // ---- elementwise ----------------------------------------------------------------------------

  /// x = value, any layout, any type.
  void fill(Tensor x, double value);

  /// y = x, or y += x; same type and shape; any strides, expanded x included.
  void copy(Grad y, Tensor x);

  /// y = x in the type of y: F32 ↔ F64, BF16, F16 (round to nearest even), I32 (towards zero; NaN
  /// is 0), BOOL (x ≠ 0).
  void cast(Tensor y, Tensor x);

  /// y = f(x).
  void unary(Unary f, Tensor y, Tensor x);

  /// dx = dy · f'(x).
  void unaryGrad(Unary f, Grad dx, Tensor dy, Tensor x, Tensor y);

  /// y = f(a, b), a and b expanded to the shape of y; y is BOOL for comparisons, whose operands may
  /// be I32.
  void binary(Binary f, Tensor y, Tensor a, Tensor b);

  /// The gradient of the left (else the right) operand, all of one shape: the op reduces it
  /// afterwards.
  void binaryGrad(Binary f, boolean left, Grad d, Tensor dy, Tensor a, Tensor b, Tensor y);

  /// y = scale · x + shift, one fused multiply-add.
  void affine(Grad y, Tensor x, double scale, double shift);

  /// y = condition ? a : b, all expanded to the shape of y; condition is BOOL.
  void where(Tensor y, Tensor condition, Tensor a, Tensor b);

  /// y = keep(i) ? x / (1 − p) : 0, with 1 / (1 − p) rounded and multiplied. Element i,
  /// row-major, is kept when word i mod 4 of Philox block (step, sequence + i div 2^34, DROPOUT, i
  /// div 4) as unsigned is ≥ p · 2^32. The gradient is the same call on dy. Dense.
  void dropout(Grad y, Tensor x, double p, long seed, int step, int sequence);

  // ---- reductions and order -------------------------------------------------------------------

  /// y (R) = reduction of each row of x (R, n), where x may be any strided view of rank y + 1.
  void reduce(Reduce f, Grad y, Tensor x);

  /// dx (R, n) from dy (R), for MAX, MIN, LOG_SUM_EXP, NORM. LOG_SUM_EXP: dy · exp(x − y); NORM: dy
  /// · (x / y), 0 where y = 0; MAX, MIN: dy at the first x equal to y (or NaN), else 0.
  void reduceGrad(Reduce f, Grad dx, Tensor dy, Tensor x, Tensor y);

  /// y I32 (R) = index of the first largest value of each row of x (R, n); NaN counts as largest.
  void argmax(Tensor y, Tensor x);

  /// values (R, k), ids I32 (R, k) = the k first of each row by value descending, smaller index
  /// first; NaN counts as largest. k = n sorts. `descending` false: ascending, NaN last.
  void topK(Tensor values, Tensor ids, Tensor x, boolean descending);

  /// y (R, n): y[j] = x[0] + … + x[j], a plain chain of additions; `reverse`: x[j] + … + x[n − 1],
  /// from the end.
  void cumsum(Grad y, Tensor x, boolean reverse);

  /// y (R, k): y[r, j] = x[r, ids[r, j]], NaN where the id is −1; x (R, n), ids I32 (R, k).
  void gather(Tensor y, Tensor x, Tensor ids);

  /// dx (R, n): zero (unless accumulating), then dx[r, ids[r, j]] += dy[r, j], j ascending.
  void gatherGrad(Grad dx, Tensor dy, Tensor ids);

  /// ids I32 (R): one draw from each row of logits (R, V), as [Draw] says. −1 where a row has NaN
  /// or +∞ after its temperature and penalty, or nothing but −∞.
  void sample(Tensor ids, Tensor logits, Draw draw);

  // ---- products -------------------------------------------------------------------------------

  /// c (…, M, N) = a (…, M, K) · b (…, K, N); accumulating: the chains start from c. a and b any
  /// strides, batch axes expanded to those of c; c has contiguous rows. F32 and F64.
  void matmul(Grad c, Tensor a, Tensor b);

  /// Fills the panels (and scales) of `target` from `matrix` (in, out), any strides; columns past
  /// `out`, scales included, are zero. I8: as [Weight] says, with values clamped to ±127 and 0
  /// where the scale is 0.
  void pack(Weight target, Tensor matrix);

  /// How a pack with `out` columns lies in this device's memory.
  ///
  /// @throws IllegalArgumentException when the device has no packs of this type
  Weight.Layout packLayout(int out, DType dtype);

  /// y (R, out) = activation(x (R, in) · w + bias?) + residual?. Chains as in `matmul`; BF16 and
  /// F16 widened exactly. I8: for each group g of 128 k, c = chain from 0 of x · value, then acc =
  /// fma(scale, c, acc), g ascending, acc from 0.
  void linear(Tensor y, Tensor x, Weight w, Tensor bias, Activation activation, Tensor residual);

  // ---- recurrent layers -----------------------------------------------------------------------

  /// Runs all steps of a recurrent layer; [Recurrence] has the formulas. F32 and F64; a packed
  /// weight's products are those of `linear`.
  void recurrent(Recurrence run);

  /// The reverse, last step first, from dy (T, B, H) of the states and dcLast (B, H)? of the cell
  /// state after the last step; the weight is dense. With e = dh[t] the whole gradient of a step's
  /// state, and d the gradient of its row of `gates` (slopes as in [Unary#df]):
  ///
  /// - dh[t] starts as dy[t] (dh0: as 0), or as fma(e', z, that) for GRU, where e' is of the step
  ///   after; then goes on as a chain over n ascending of d'[n] · w[k, n].
  /// - TANH, RELU: d = e · f'.
  /// - LSTM, with c̃ = tanh(c'): D = fma(e · o, 1 − c̃², dc); d = D · g, D · c, D · i, e · c̃ times
  ///   the slopes of i, f, g, o; the step before has dc = D · f.
  /// - GRU: d_n = (e · (1 − z)) · n', d_z = (e · (h − n)) · z', d_r = (d_n · pₙ) · r'; `hidden` =
  ///   d_n · r, which stands for d_n in the chain.
  /// - GRU_RESET_FIRST: dq = chain from 0 of d_n · wₙ, d_r = (dq · h) · r'; the start of the chain
  ///   gets dq · r (fused) and the chain has r and z only.
  ///
  /// A masked step: d = 0, `hidden` = 0, dc stays, and the step before starts as dy + e with no
  /// chain. Writes dh (T, B, H), dh0 (B, H)? and dc0 (B, H)?.
  void recurrentGrad(Recurrence run, Tensor dh, Tensor dh0, Tensor dc0, Tensor dy, Tensor dcLast);

  // ---- rows of tables -------------------------------------------------------------------------

  /// y (N, C): y[i] = table[ids[i]]; table (V, C), ids I32 (N). Ids are in range: the op checked.
  void embedding(Tensor y, Tensor table, Tensor ids);

  /// y (N, in): y[i, k] = w[k, ids[i]], a column of a weight, widened to F32 (I8: scale · value).
  void column(Tensor y, Weight w, Tensor ids);

  /// dTable (V, C): zero (unless accumulating), then dTable[ids[i]] += dy[i], i ascending.
  void embeddingGrad(Grad dTable, Tensor dy, Tensor ids);

  // ---- softmax and loss -----------------------------------------------------------------------

  /// y = e / Σe per row, e = exp(x − max), Σ by lanes, times the reciprocal of the sum. A row of −∞
  /// gives NaN.
  void softmax(Tensor y, Tensor x);

  /// dx = y · (dy − s), s = Σ dy·y by lanes.
  void softmaxGrad(Grad dx, Tensor dy, Tensor y);

  /// y = (x − max) − log Σ exp(x − max).
  void logSoftmax(Tensor y, Tensor x);

  /// dx = fma(−exp(y), s, dy), s = Σ dy by lanes.
  void logSoftmaxGrad(Grad dx, Tensor dy, Tensor y);

  /// losses (R) of logits (R, V) against targets I32 (R), each times the weight of its target. With
  /// smoothing ε: (1 − ε) · w[t] · (lse − x[t]) + ε/V · Σ w[j] · (lse − x[j]), Σ by lanes. A row
  /// whose target is `ignore` gives 0 and stats (0, 0), else stats (R, 2) = (max, Σ exp(x − max));
  /// lse = max + log Σ; weights (V)? are 1 when null.
  void crossEntropy(
      Tensor losses,
      Tensor stats,
      Tensor logits,
      Tensor targets,
      Tensor weights,
      double smoothing,
      int ignore);

  /// dLogits (R, V), p[j] = exp(x[j] − max) · (1 / Σ). Without smoothing: dLosses[r] · w[t] · (p[j]
  /// − [j = t]). With it: a = (1 − ε) · w[t], b = ε/V, W = Σ w by lanes: dLosses[r] · (p[j] · (a +
  /// b · W) − (b · w[j] + [j = t] · a)). 0 for ignored rows.
  void crossEntropyGrad(
      Grad dLogits,
      Tensor dLosses,
      Tensor logits,
      Tensor stats,
      Tensor targets,
      Tensor weights,
      double smoothing,
      int ignore);

  // ---- norms ----------------------------------------------------------------------------------

  /// y = (x − mean) · rstd · w + b over the last axis; w, b (C). stats (R, 2) = (mean, rstd): mean
  /// = Σx · (1/C), var = Σ(x − mean)² · (1/C), rstd = 1 / √(var + eps), y = fma((x − mean) · rstd,
  /// w, b).
  void layerNorm(Tensor y, Tensor stats, Tensor x, Tensor w, Tensor b, double eps);

  /// dx?, dw?, db?. With h = (x − mean) · rstd, g = dy · w: dx = rstd · (g − A − h · B), A = Σg ·
  /// (1/C), B = Σ g·h · (1/C) by lanes; evaluated as rstd · fma(−h, B, g − A). dw = Σ_rows dy·h
  /// (fused), db = Σ_rows dy, by lanes over rows.
  void layerNormGrad(Grad dx, Grad dw, Grad db, Tensor dy, Tensor x, Tensor w, Tensor stats);

  /// y = x · rstd · w; stats (R) = rstd = 1 / √(Σx² · (1/C) + eps).
  void rmsNorm(Tensor y, Tensor stats, Tensor x, Tensor w, double eps);

  /// dx?, dw?. h = x · rstd, g = dy · w, B = Σ g·h · (1/C): dx = rstd · fma(−h, B, g); dw = Σ_rows
  /// dy·h.
  void rmsNormGrad(Grad dx, Grad dw, Tensor dy, Tensor x, Tensor w, Tensor stats);

  /// Per column of x (R, C): as layerNorm over rows, biased variance, sums by lanes over rows;
  /// stats (2, C) = mean, rstd. running? (2, C) = mean, unbiased variance Σ(x − mean)² · (1/(R −
  /// 1)): fma(momentum, new − old, old).
  void batchNorm(
      Tensor y,
      Tensor stats,
      Tensor running,
      Tensor x,
      Tensor w,
      Tensor b,
      double momentum,
      double eps);

  /// y = fma((x − mean) · rstd, w, b) per column, with rstd = 1 / √(variance + eps) of running (2,
  /// C).
  void batchNormInference(Tensor y, Tensor running, Tensor x, Tensor w, Tensor b, double eps);

  /// The gradient of `batchNorm`: dw = Σ dy·h, db = Σ dy over rows; dx = w · rstd · fma(−h, dw/R,
  /// dy − db/R), ÷R as · (1/R).
  void batchNormGrad(Grad dx, Grad dw, Grad db, Tensor dy, Tensor x, Tensor w, Tensor stats);

  // ---- attention ------------------------------------------------------------------------------

  /// Causal attention: y (B, T, H, D) of q (B, T, H, D), k and v (B, S, H, D), any strides with
  /// contiguous D. Query t sees keys s ≤ t + (S − T) and s < lengths[b] (I32 (B)?, else S). Score =
  /// chain over d of q·k; m = the largest visible score; e = exp((score − m) · scale), of visible
  /// keys only (e = 0 for the others adds the same); Σe by lanes over absolute s; y = (chain over s
  /// ascending of e·v from 0) · (1/Σ). stats (B, H, T, 2) = (m, 1/Σ). A query that sees nothing
  /// gives 0 and stats (0, 0).
  void attention(
      Tensor y, Tensor stats, Tensor q, Tensor k, Tensor v, Tensor lengths, double scale);

  /// dq?, dk?, dv?, no two of which overlap, with chains that start from the old value where they
  /// accumulate. p = exp((q·k − m) · scale) · (1/Σ) · visible; dp = chain over d of dy·v; δ = Σ_d
  /// dy·y by lanes; ds = p · (dp − δ) · scale; dv = chain over t of p·dy, dk = chain over t of
  /// ds·q, dq = chain over s of ds·k; t and s ascending.
  void attentionGrad(
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
      double scale);

  /// Stores k and v of the new tokens of each row in the cache. The rows are packed one after
  /// another: k, v (N, H, D); row r has tokens starts[r] … starts[r+1] − 1 of N, which take
  /// positions past[r] … in the cache.
  void cacheAppend(KeyValueCache cache, Tensor k, Tensor v, Tensor starts, Tensor past);

  /// As `attention` over the cache, after `cacheAppend`: y, q (N, H, D); token i of row r is at
  /// position past[r] + i and sees the cached positions up to its own. The same bits as `attention`
  /// over the whole sequence.
  void cacheAttention(
      Tensor y, Tensor q, KeyValueCache cache, Tensor starts, Tensor past, double scale);

  /// Row r of the cache becomes what row parents[r] was, its first lengths[r] positions; what lies
  /// beyond is undefined. Rows past parents.length are left as they are.
  void cacheReorder(KeyValueCache cache, int[] parents, int[] lengths);

  /// Copies the first `length` positions of row `sourceRow` of `source` into row `targetRow` of
  /// `target`.
  void cacheCopy(
      KeyValueCache target, int targetRow, KeyValueCache source, int sourceRow, int length);

  /// Elements that the keys (or the values, of the same size) of one row take for a capacity.
  long cacheRowSize(int heads, int headDim, int capacity);

  // ---- optimizers on flat buffers, all F32 or all F64 -----------------------------------------

  /// m = fma(momentum, m, d) with d = fma(decay, p, g) (the first step: m = d); step d' = nesterov
  /// ? fma(momentum, m, d) : m (no momentum: d); p = fma(−rate, d', p).
  void sgd(
      Tensor p,
      Tensor g,
      Tensor m,
      double rate,
      double momentum,
      boolean nesterov,
      double decay,
      boolean first);

  /// Adam (Kingma and Ba, 2015), decoupled decay (Loshchilov and Hutter, 2019) or L2: m = fma(b1,
  /// m, (1−b1)·g), v = fma(b2, v, (1−b2)·g·g), p = fma(−rate/c1, m / (√v · (1/√c2) + eps), p'), p'
  /// = decoupled ? p · (1 − rate·decay) : p, and g + decay·p for g when not decoupled. c1 = 1 −
  /// b1^step, c2 = 1 − b2^step; scalars in double, then rounded.
  void adam(Tensor p, Tensor g, Tensor m, Tensor v, AdamStep step);

  /// v = fma(alpha, v, (1−alpha)·g·g); p = fma(−rate, g / (√v + eps), p). Tieleman and Hinton,
  /// 2012.
  void rmsProp(Tensor p, Tensor g, Tensor v, double rate, double alpha, double eps);

  /// v = fma(g, g, v); p = fma(−rate, g / (√v + eps), p). Duchi, Hazan and Singer, 2011.
  void adagrad(Tensor p, Tensor g, Tensor v, double rate, double eps);

  /// Σ x² of a dense tensor: lanes in blocks of 4,096 elements, blocks added in double, ascending.
  double sumOfSquares(Tensor x);

  /// x = min(max(x, −limit), limit), keeping NaN; dense.
  void clamp(Tensor x, double limit);

  /// The scalars of one Adam step.
  ///
  /// @param rate learning rate
  /// @param beta1 decay of the first moment
  /// @param beta2 decay of the second moment
  /// @param eps added to the root of the second moment
  /// @param decay weight decay
  /// @param decoupled AdamW's decay instead of L2
  /// @param step number of this step, from 1
  record AdamStep(
      double rate,
      double beta1,
      double beta2,
      double eps,
      double decay,
      boolean decoupled,
      long step) {}
}
