package dev.weft.tensor.ops;

import dev.weft.tensor.Activation;
import dev.weft.tensor.DType;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Ops;
import dev.weft.tensor.Reduce;
import dev.weft.tensor.Shape;
import dev.weft.tensor.Tape;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;

/// The linear layer's product.
public final class Linear {
  private Linear() {}

  /// x (…, in) · w (in, out) + bias?. dx = dy · wᵀ, dw = xᵀ · dy, db = Σ_rows dy.
  public static Tensor apply(Tensor x, Tensor w, Tensor bias) {
    Require.computing("linear", x, w, bias);
    Weight weight = Weight.dense(w);
    check(x, weight, bias);
    Tensor rows = Views.rows(x); // (R, in)
    Tensor row = Views.straight(bias);
    Tensor y = Tensor.like(x, Shape.of(rows.dim(0), weight.out()));
    x.kernels().linear(y, rows, weight, row, Activation.NONE, null);
    Tape.record(
        "linear",
        y,
        tape -> {
          Tensor dy = tape.grad(y); // (R, out)
          multiply(tape.into(rows), dy, Views.transpose(w, 0, 1));
          multiply(tape.into(w), Views.transpose(rows, 0, 1), dy);
          Grad db = tape.into(row);
          if (db != null) {
            dy.kernels().reduce(Reduce.SUM, db, Views.transpose(dy, 0, 1));
          }
        },
        rows,
        w,
        row);
    return Views.reshape(y, x.shape().with(-1, weight.out()).dims());
  }

  /// into = a · b. The gradient of a transposed matrix (a tied head: w is a view of the embedding)
  /// is a transposed product.
  static void multiply(Grad into, Tensor a, Tensor b) {
    if (into == null) {
      return;
    }
    Tensor across = Views.transpose(into.tensor(), 0, 1);
    if (across.rowsContiguous() && !into.tensor().rowsContiguous()) {
      Grad transposed = new Grad(across, into.accumulate());
      across.kernels().matmul(transposed, Views.transpose(b, 0, 1), Views.transpose(a, 0, 1));
    } else {
      Matmul.product(into, a, b, Shape.of());
    }
  }

  /// activation(x · w + bias?) + residual?, one pass over the output when nothing is recorded.
  public static Tensor apply(
      Tensor x, Weight w, Tensor bias, Activation activation, Tensor residual) {
    check(x, w, bias);
    w.requireFresh("linear");
    Shape shape = x.shape().with(-1, w.out());
    if (residual != null) {
      residual.shape().requireSame(shape, "linear");
    }
    if (Tape.recording(x, w.dense(), bias, residual)) {
      if (w.packed()) {
        throw new IllegalStateException(
            "linear: a packed weight has no gradient; pass the dense matrix, or open"
                + " Scope.noGrad()");
      }
      Tensor y = apply(x, w.dense(), bias);
      Tensor active =
          switch (activation) {
            case NONE -> y;
            case GELU_TANH -> Ops.gelu(y);
          };
      return residual == null ? active : Ops.add(active, residual);
    }
    Require.computing("linear", x, bias, residual);
    Tensor rows = Views.rows(x);
    Tensor y = Tensor.like(x, shape);
    Tensor added = residual == null ? null : Views.rows(residual);
    x.kernels().linear(Views.rows(y), rows, w, Views.straight(bias), activation, added);
    return y;
  }

  private static void check(Tensor x, Weight w, Tensor bias) {
    if (x.shape().rank() == 0 || x.shape().last() != w.in()) {
      throw new IllegalArgumentException(
          "linear: x is "
              + x.shape()
              + " but the weight "
              + w.shape()
              + " wants (…, "
              + w.in()
              + ")");
    }
    if (bias != null && !bias.shape().equals(Shape.of(w.out()))) {
      throw new IllegalArgumentException(
          "linear: the bias is "
              + bias.shape()
              + " but the weight "
              + w.shape()
              + " wants ("
              + w.out()
              + ")");
    }
    DType wanted = w.packed() ? DType.F32 : w.dtype();
    if (x.dtype() != wanted) {
      throw new IllegalArgumentException(
          "linear: x is " + x.dtype() + " but the weight wants " + wanted + "; cast it");
    }
    if (w.device() != x.device()) {
      throw new IllegalArgumentException(
          "linear: x lives on " + x.device().name() + " but the weight on " + w.device().name());
    }
  }
}
