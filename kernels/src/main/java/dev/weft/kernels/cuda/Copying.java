package dev.weft.kernels.cuda;

import dev.weft.tensor.DType;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Halves;
import dev.weft.tensor.Tensor;
import java.util.Locale;

/// Filling, copying and casting, any layout.
final class Copying {
  private final CudaModule module;

  Copying(CudaStream stream) {
    module = new CudaModule(stream, "copying");
  }

  void fill(Tensor x, double value) {
    long n = x.size();
    Walk walk = new Walk(x);
    Grid grid = Grid.elements(n);
    if (n == 0) {
      return;
    }
    switch (x.dtype()) {
      case F32 -> module.launch("fill_4", grid, x, walk, n, Float.floatToRawIntBits((float) value));
      case I32 -> module.launch("fill_4", grid, x, walk, n, (int) value);
      case BF16, F16 -> module.launch("fill_2", grid, x, walk, n, bits16(x.dtype(), value));
      case BOOL -> module.launch("fill_1", grid, x, walk, n, value == 0 ? 0 : 1);
      case I8 -> module.launch("fill_1", grid, x, walk, n, (int) (byte) (int) value);
      case F64 -> module.launch("fill_8", grid, x, walk, n, Double.doubleToRawLongBits(value));
    }
  }

  private static int bits16(DType dtype, double value) {
    short bits =
        dtype == DType.F16 ? Float.floatToFloat16((float) value) : Halves.toBf16((float) value);
    return Short.toUnsignedInt(bits);
  }

  void copy(Grad y, Tensor x) {
    long n = x.size();
    if (n == 0) {
      return;
    }
    Walk walk = new Walk(y.tensor(), x);
    if (y.accumulate()) {
      module.launch("add_f32", Grid.elements(n), y, x, walk, n);
    } else {
      module.launch("copy_" + x.dtype().bytes(), Grid.elements(n), y, x, walk, n);
    }
  }

  void cast(Tensor y, Tensor x) {
    if (y.dtype() == x.dtype()) {
      copy(Grad.into(y), x);
      return;
    }
    long n = x.size();
    if (n > 0) {
      String kernel = "cast_" + name(x.dtype()) + "_" + name(y.dtype());
      module.launch(kernel, Grid.elements(n), y, x, new Walk(y, x), n);
    }
  }

  private static String name(DType dtype) {
    return dtype.name().toLowerCase(Locale.ROOT);
  }
}
