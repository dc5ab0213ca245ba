package dev.weft.kernels.cuda;

import dev.weft.tensor.DType;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Reduce;
import dev.weft.tensor.Scope;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tensor;
import java.util.Arrays;
import java.util.Locale;

/// Reductions of rows in any layout, and their gradients: one launch, or two where few rows have
/// much to add.
final class Reductions {
  private static final int ENOUGH_BLOCKS = 512;
  private static final int LEAST_VALUES = 4096; // of a part of a row

  private final CudaModule module;

  Reductions(CudaStream stream) {
    module = new CudaModule(stream, "reductions");
  }

  void reduce(Reduce f, Grad y, Tensor x) {
    long rows = y.tensor().size();
    int n = x.shape().last();
    boolean down = down(x);
    Columns columns = Columns.of(n, rows);
    long per = down ? columns.per() : partOfRow(rows, n);
    int parts = down ? columns.parts() : Math.toIntExact(Math.max(1, Math.ceilDiv(n, per)));
    Grid grid = down ? columns.grid() : Rows.grid(rows, (int) Math.min(n, per)).by(parts);
    String name = f == Reduce.MEAN ? "sum" : f.name().toLowerCase(Locale.ROOT);
    float scale = f == Reduce.MEAN ? (float) (1.0 / n) : 1;
    Walk walk = new Walk(y.tensor(), first(x));
    try (Scope _ = Scope.noGrad()) {
      Tensor partial = parts > 1 ? partial(f, x, rows, parts) : null;
      module.launch(
          "reduce_" + (down ? "columns_" : "rows_") + name + "_f32",
          grid,
          y,
          partial,
          x,
          walk,
          rows,
          n,
          x.stride(-1),
          per,
          scale,
          y.accumulate());
      if (parts > 1) {
        Grid join = Rows.grid(rows, parts);
        String kernel = "reduce_join_" + name + "_f32";
        module.launch(kernel, join, y, partial, walk, rows, parts, scale, y.accumulate());
      }
    }
  }

  /// Whether the values of neighbouring rows lie side by side, but not those of one row.
  private static boolean down(Tensor x) {
    int axis = x.shape().rank() - 2;
    return axis >= 0 && x.stride(-1) != 1 && x.stride(axis) == 1 && x.dim(axis) > 1;
  }

  /// Values of a part of a row: a multiple of four, which keeps what is aligned aligned.
  private static long partOfRow(long rows, int n) {
    long parts = Math.clamp(ENOUGH_BLOCKS / Math.max(1, rows), 1, ENOUGH_BLOCKS);
    return Math.ceilDiv(Math.max(LEAST_VALUES, Math.ceilDiv(n, parts)), 4) * 4;
  }

  private static Tensor partial(Reduce f, Tensor x, long rows, int parts) {
    int floats = f == Reduce.LOG_SUM_EXP ? 2 : 1;
    Shape shape = Shape.of(Math.toIntExact(rows), parts, floats);
    return Tensor.empty(x.device(), DType.F32, shape);
  }

  /// The first value of each row.
  private static Tensor first(Tensor x) {
    int axes = x.shape().rank() - 1;
    return x.view(x.shape().without(-1), Arrays.copyOf(x.strides(), axes), x.offset());
  }

  void reduceGrad(Reduce f, Grad dx, Tensor dy, Tensor x, Tensor y) {
    switch (f) {
      case SUM, MEAN ->
          throw new IllegalArgumentException(
              "reduceGrad: " + f + " has no kernel: copy or scale dy");
      case MAX, MIN -> extremeGrad(dx, dy, x, y);
      case LOG_SUM_EXP -> elementwise("log_sum_exp_bwd_f32", dx, dy, x, y);
      case NORM -> elementwise("norm_bwd_f32", dx, dy, x, y);
    }
  }

  private void elementwise(String kernel, Grad dx, Tensor dy, Tensor x, Tensor y) {
    long n = x.size();
    if (n > 0) {
      Walk walk = new Walk(dx.tensor(), alongRows(dy, x.shape()), x, alongRows(y, x.shape()));
      module.launch(kernel, Grid.elements(n), dx, dy, x, y, walk, n, dx.accumulate());
    }
  }

  /// x (…) repeated along a new last axis.
  private static Tensor alongRows(Tensor x, Shape shape) {
    return x.view(shape, Arrays.copyOf(x.strides(), shape.rank()), x.offset());
  }

  private void extremeGrad(Grad dx, Tensor dy, Tensor x, Tensor y) {
    long rows = y.size();
    int n = x.shape().last();
    boolean down = down(x);
    Walk walk = new Walk(first(dx.tensor()), dy, first(x), y);
    module.launch(
        down ? "extreme_columns_bwd_f32" : "extreme_rows_bwd_f32",
        down ? Columns.of(n, rows).onePart() : Rows.grid(rows, n),
        dx,
        dy,
        x,
        y,
        walk,
        rows,
        n,
        dx.tensor().stride(-1),
        x.stride(-1),
        dx.accumulate());
  }
}
