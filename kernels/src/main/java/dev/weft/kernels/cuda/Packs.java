package dev.weft.kernels.cuda;

import dev.weft.tensor.DType;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;
import java.util.Locale;

/// Packs, and what is taken out of them. On a GPU a pack is one row-major matrix whose rows begin
/// on 16-byte boundaries, with as many k side by side as fill 32 bits.
final class Packs {
  private static final int COLUMNS = 16;

  private final CudaModule module;

  Packs(CudaStream stream) {
    module = new CudaModule(stream, "packs");
  }

  static Weight.Layout layout(int out, DType dtype) {
    int width = Math.max(1, Math.ceilDiv(out, COLUMNS)) * COLUMNS;
    return new Weight.Layout(width, Integer.BYTES / dtype.bytes());
  }

  void pack(Weight target, Tensor matrix) {
    int width = target.layout().width();
    int in = target.in();
    long words = target.panels().size() / target.layout().together();
    if (words == 0) {
      return;
    }
    long row = matrix.stride(0);
    long column = matrix.stride(1);
    int out = target.out();
    Tensor panels = target.panels();
    switch (target.dtype()) {
      case F32 ->
          module.launch(
              "pack_f32", Grid.elements(words), panels, matrix, row, column, in, out, width);
      case BF16, F16 -> {
        String kernel = kernel("pack", target);
        module.launch(kernel, Grid.elements(words), panels, matrix, row, column, in, out, width);
      }
      case I8 -> {
        Tensor scales = target.scales();
        Grid grid = Grid.elements(scales.size());
        module.launch("pack_i8", grid, panels, scales, matrix, row, column, in, out, width);
      }
      case F64, I32, BOOL -> throw new IllegalStateException("cuda: no packs of " + target.dtype());
    }
  }

  void column(Tensor y, Weight w, Tensor ids) {
    int count = Math.toIntExact(ids.size());
    int in = w.in();
    long elements = (long) count * in;
    if (elements == 0) {
      return;
    }
    Grid grid = Grid.elements(elements);
    long row = Rows.step(y);
    if (!w.packed()) {
      Tensor matrix = w.dense();
      long down = matrix.stride(0);
      module.launch("column_f32", grid, y, row, matrix, down, matrix.stride(1), ids, count, in);
      return;
    }
    int width = w.layout().width();
    Tensor panels = w.panels();
    switch (w.dtype()) {
      case F32 ->
          module.launch("column_f32", grid, y, row, panels, (long) width, 1L, ids, count, in);
      case BF16, F16 ->
          module.launch(kernel("column", w), grid, y, row, panels, width, ids, count, in);
      case I8 ->
          module.launch("column_i8", grid, y, row, panels, w.scales(), width, ids, count, in);
      case F64, I32, BOOL -> throw new IllegalStateException("cuda: no packs of " + w.dtype());
    }
  }

  /// Widens all of a BF16, F16 or I8 pack into y F32 (in, width).
  void widen(Tensor y, Weight w) {
    Grid grid = Grid.elements(w.panels().size() / w.layout().together());
    int width = w.layout().width();
    if (w.scales() == null) {
      module.launch(kernel("widen", w), grid, y, w.panels(), w.in(), width);
    } else {
      module.launch(kernel("widen", w), grid, y, w.panels(), w.scales(), w.in(), width);
    }
  }

  /// The name of what is launched for a kind of pack.
  static String kernel(String name, Weight w) {
    return name + "_" + w.dtype().name().toLowerCase(Locale.ROOT);
  }
}
