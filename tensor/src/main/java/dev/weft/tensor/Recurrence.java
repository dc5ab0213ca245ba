package dev.weft.tensor;

/// One run of a recurrent layer over T steps of B rows with H units, and what backward needs of it.
/// All tensors are dense. A step follows the step before it: t − 1, or t + 1 when reversed; before
/// the first stand `h0` and `c0`. With h, c the state before and x the step's row of `gates`:
///
/// - p = h · w (chains as in `matmul`), + bias?
/// - TANH, RELU: h' = f(x + p)
/// - LSTM: i, f, o = σ(x + p), g = tanh(x + p); c' = fma(f, c, i · g); h' = o · tanh(c')
/// - GRU: r, z = σ(x + p), n = tanh(fma(r, pₙ, xₙ)); h' = fma(z, h − n, n)
/// - GRU_RESET_FIRST: the same with q = r · h, pₙ = q · wₙ (+ biasₙ?), n = tanh(xₙ + pₙ)
///
/// Where the mask is 0 the step does nothing: h' = h, c' = c.
///
/// @param gating the kind of step
/// @param reverse whether the steps run from T − 1 to 0
/// @param h (T, B, H): h' of each step; written
/// @param c (T, B, H): c' of each step, for LSTM; written
/// @param gates (T, B, blocks · H): forward reads the input's part of the pre-activations and
///     leaves the gates (TANH, RELU, and masked steps: leaves it as it is); backward leaves its
///     gradient
/// @param hidden (T, B, H), for GRU: forward leaves pₙ, backward its gradient. For GRU_RESET_FIRST:
///     forward leaves q, and backward leaves it alone. 0 at masked steps
/// @param w (H, blocks · H)
/// @param bias (blocks · H), or null
/// @param h0 (B, H), or null: zeros
/// @param c0 (B, H), or null: zeros
/// @param mask BOOL (T, B), or null: every step counts
public record Recurrence(
    Gating gating,
    boolean reverse,
    Tensor h,
    Tensor c,
    Tensor gates,
    Tensor hidden,
    Weight w,
    Tensor bias,
    Tensor h0,
    Tensor c0,
    Tensor mask) {

  /// T.
  public int steps() {
    return h.dim(0);
  }

  /// B.
  public int rows() {
    return h.dim(1);
  }

  /// H.
  public int units() {
    return h.dim(2);
  }

  /// Number of the step that is the i-th to run.
  public int step(int i) {
    return reverse ? steps() - 1 - i : i;
  }
}
