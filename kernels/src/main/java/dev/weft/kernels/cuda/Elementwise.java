package dev.weft.kernels.cuda;

import dev.weft.tensor.Binary;
import dev.weft.tensor.DType;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Unary;
import java.util.Locale;

/// Elementwise kernels, any layout: the same bits as the definitions.
final class Elementwise {
  private final CudaModule module;

  Elementwise(CudaStream stream) {
    module = new CudaModule(stream, "elementwise");
  }

  private static String name(Enum<?> f) {
    return f.name().toLowerCase(Locale.ROOT);
  }

  private void launch(String kernel, Tensor y, Object... arguments) {
    if (y.size() > 0) {
      module.launch(kernel, Grid.elements(y.size()), arguments);
    }
  }

  void unary(Unary f, Tensor y, Tensor x) {
    launch("unary_fwd_" + name(f) + "_f32", y, y, x, new Walk(y, x), y.size());
  }

  void unaryGrad(Unary f, Grad dx, Tensor dy, Tensor x, Tensor y) {
    Tensor to = dx.tensor();
    Walk walk = new Walk(to, dy, x, y);
    launch("unary_bwd_" + name(f) + "_f32", to, dx, dy, x, y, walk, to.size(), dx.accumulate());
  }

  void binary(Binary f, Tensor y, Tensor a, Tensor b) {
    String type = a.dtype() == DType.I32 ? "_i32" : "_f32";
    launch("binary_fwd_" + name(f) + type, y, y, a, b, new Walk(y, a, b), y.size());
  }

  void binaryGrad(Binary f, boolean left, Grad d, Tensor dy, Tensor a, Tensor b, Tensor y) {
    Tensor to = d.tensor();
    String kernel = "binary_" + (left ? "left_" : "right_") + name(f) + "_f32";
    Walk walk = new Walk(to, dy, a, b, y);
    launch(kernel, to, d, dy, a, b, y, walk, to.size(), d.accumulate());
  }

  void affine(Grad y, Tensor x, double scale, double shift) {
    Tensor to = y.tensor();
    Walk walk = new Walk(to, x);
    launch("affine_f32", to, y, x, walk, to.size(), y.accumulate(), (float) scale, (float) shift);
  }

  void where(Tensor y, Tensor condition, Tensor a, Tensor b) {
    launch("where_4", y, y, condition, a, b, new Walk(y, condition, a, b), y.size());
  }

  void clamp(Tensor x, double limit) {
    launch("clamp_f32", x, x, new Walk(x, x), x.size(), (float) limit);
  }
}
