package dev.weft.kernels.cuda;

import dev.weft.kernels.Axes;
import dev.weft.tensor.Activation;
import dev.weft.tensor.DType;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;

/// Matrix products of tensors, and the fused linear product.
final class Products {
  /// Rows of a product with a packed weight that one block of our own kernel makes.
  private static final int ROWS = 8;

  /// Up to so many rows a narrow weight is read again for each 8 of them; beyond, it is widened
  /// once.
  private static final int NARROW_ROWS = 32;

  private static final int FEW_COLUMNS = 4096;

  // Of products.cu: words that a thread reads at once, and the most threads of a block that makes 4
  // or 8 rows; one that makes fewer has twice as many.
  private static final int AHEAD = 4;
  private static final int THREADS = 384;

  /// Up to so many columns, there are no more blocks than processors.
  private static final int SMALL = 1024;

  private final Blas blas;
  private final Packs packs;
  private final Copying copying;
  private final CudaModule module;

  Products(CudaStream stream, Blas blas, Packs packs, Copying copying) {
    this.blas = blas;
    this.packs = packs;
    this.copying = copying;
    module = new CudaModule(stream, "products");
  }

  // ---- matrix products ------------------------------------------------------------------------

  void matmul(Grad c, Tensor a, Tensor b) {
    Tensor to = c.tensor();
    int m = a.dim(-2);
    int k = a.dim(-1);
    int n = b.dim(-1);
    if (to.size() == 0) {
      return;
    }
    if (k == 0) {
      if (!c.accumulate()) {
        copying.fill(to, 0);
      }
      return;
    }
    try (Scope _ = Scope.noGrad()) {
      batches(to, fitting(a), fitting(b), m, n, k, c.accumulate());
    }
  }

  /// a itself, or a dense copy where the product cannot take it as it lies.
  private Tensor fitting(Tensor x) {
    if (blas.takes(matrix(x, 0, 0), x.dim(-2), x.dim(-1))) {
      return x;
    }
    Tensor dense = Tensor.like(x);
    copying.copy(Grad.into(dense), x);
    return dense;
  }

  /// The innermost batch axis goes into one call; the outer ones are walked here.
  private void batches(Tensor c, Tensor a, Tensor b, int m, int n, int k, boolean add) {
    Axes axes = new Axes(batch(c), batch(a), batch(b));
    int inner = axes.count() - 1;
    long outer = 1;
    for (int axis = 0; axis < inner; axis++) {
      outer *= axes.dim(axis);
    }
    for (long number = 0; number < outer; number++) {
      long[] at = new long[3];
      long rest = number;
      for (int axis = inner - 1; axis >= 0; axis--) {
        long index = rest % axes.dim(axis);
        rest /= axes.dim(axis);
        for (int i = 0; i < at.length; i++) {
          at[i] += index * axes.stride(i, axis);
        }
      }
      blas.gemm(
          m,
          n,
          k,
          axes.dim(inner),
          matrix(c, at[0], axes.stride(0, inner)),
          matrix(a, at[1], axes.stride(1, inner)),
          matrix(b, at[2], axes.stride(2, inner)),
          add);
    }
  }

  /// The batch axes of a tensor of matrices: one element stands for each matrix.
  private static Tensor batch(Tensor x) {
    int rank = x.shape().rank() - 2;
    int[] dims = new int[rank];
    long[] strides = new long[rank];
    for (int i = 0; i < rank; i++) {
      dims[i] = x.dim(i);
      strides[i] = x.stride(i);
    }
    return x.view(Shape.of(dims), strides, x.offset());
  }

  private static Blas.Matrix matrix(Tensor x, long offset, long batch) {
    long address = x.address() + offset * Float.BYTES;
    return new Blas.Matrix(address, x.stride(-2), x.stride(-1), batch);
  }

  // ---- linear ---------------------------------------------------------------------------------

  void linear(Tensor y, Tensor x, Weight w, Tensor bias, Activation activation, Tensor residual) {
    int rows = Math.toIntExact(x.shape().rows());
    if (rows == 0 || w.out() == 0) {
      return;
    }
    boolean narrow = w.dtype() != DType.F32;
    if (w.packed() && rows <= (narrow ? NARROW_ROWS : ROWS)) {
      few(y, x, w, rows, bias, activation, residual);
      return;
    }
    try (Scope _ = Scope.noGrad()) {
      matmul(Grad.into(y), x, matrix(w));
    }
    if (bias != null || activation != Activation.NONE || residual != null) {
      module.launch(
          "linear_finish_f32",
          Grid.elements((long) rows * w.out()),
          y,
          Rows.step(y),
          rows,
          w.out(),
          bias,
          activation == Activation.GELU_TANH,
          residual,
          residual == null ? 0L : Rows.step(residual));
    }
  }

  /// The matrix (in, out) in F32: a view of the pack where it is that already.
  private Tensor matrix(Weight w) {
    if (!w.packed()) {
      return w.dense();
    }
    int width = w.layout().width();
    Tensor panels = w.panels();
    if (w.dtype() != DType.F32) {
      panels = Tensor.empty(w.device(), DType.F32, Shape.of(w.in(), width));
      packs.widen(panels, w);
    }
    return panels.view(Shape.of(w.in(), w.out()), new long[] {width, 1}, 0);
  }

  /// As many threads as have something to read at once, in whole warps, as far as a block goes.
  private static int threads(Weight w, int lanes, int perBlock) {
    int words = Math.ceilDiv(w.in(), w.layout().together());
    int threads = Math.ceilDiv(words, AHEAD) * lanes;
    int most = perBlock <= 2 ? 2 * THREADS : w.out() <= SMALL ? THREADS : THREADS / 2;
    return Math.clamp((long) Math.ceilDiv(threads, Grid.WARP) * Grid.WARP, Grid.WARP, most);
  }

  private void few(
      Tensor y, Tensor x, Weight w, int rows, Tensor bias, Activation activation, Tensor residual) {
    int perBlock = Math.min(ROWS, Integer.highestOneBit(2 * rows - 1));
    int lanes = w.out() < FEW_COLUMNS ? 2 : ROWS;
    int width = w.layout().width();
    Grid grid =
        Grid.of(Math.ceilDiv(w.out(), 4 * lanes), threads(w, lanes, perBlock))
            .by(Math.ceilDiv(rows, perBlock));
    String kernel = Packs.kernel("linear", w) + "_" + perBlock;
    boolean gelu = activation == Activation.GELU_TANH;
    long added = residual == null ? 0 : Rows.step(residual);
    long to = Rows.step(y);
    long from = Rows.step(x);
    Tensor words = w.panels();
    if (w.scales() == null) {
      module.launch(
          kernel, grid, y, to, x, from, words, rows, w.in(), w.out(), width, lanes, bias, gelu,
          residual, added);
    } else {
      module.launch(
          kernel,
          grid,
          y,
          to,
          x,
          from,
          words,
          w.scales(),
          rows,
          w.in(),
          w.out(),
          width,
          lanes,
          bias,
          gelu,
          residual,
          added);
    }
  }
}
