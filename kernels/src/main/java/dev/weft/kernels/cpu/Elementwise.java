package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.all;
import static dev.weft.kernels.cpu.Vectors.load;
import static dev.weft.kernels.cpu.Vectors.store;

import dev.weft.tensor.Binary;
import dev.weft.tensor.DType;
import dev.weft.tensor.Grad;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Unary;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// Elementwise kernels of F32: which loop runs over which operands; [Walk] brings the pieces.
final class Elementwise {
  private final Team team;

  Elementwise(Team team) {
    this.team = team;
  }

  void unary(Unary f, Tensor y, Tensor x) {
    new Walk(y, x).run(team, (at, n) -> UnaryLoops.run(f, at[0], at[1], n));
  }

  void unaryGrad(Unary f, Grad dx, Tensor dy, Tensor x, Tensor y) {
    new Walk(dx, dy, x, y)
        .run(team, (at, n) -> UnaryGradLoops.run(f, at[0], at[1], at[2], at[3], n));
  }

  void binary(Binary f, Tensor y, Tensor a, Tensor b) {
    if (a.dtype() == DType.I32) {
      new Walk(y, a, b).run(team, (at, n) -> BinaryLoops.runInts(f, at[0], at[1], at[2], n));
    } else {
      new Walk(y, a, b).run(team, (at, n) -> BinaryLoops.run(f, at[0], at[1], at[2], n));
    }
  }

  void binaryGrad(Binary f, boolean left, Grad d, Tensor dy, Tensor a, Tensor b, Tensor y) {
    if (left) {
      new Walk(d, dy, a, b)
          .run(team, (at, n) -> BinaryGradLoops.left(f, at[0], at[1], at[2], at[3], n));
    } else {
      new Walk(d, dy, a, b, y)
          .run(team, (at, n) -> BinaryGradLoops.right(f, at[0], at[1], at[2], at[3], at[4], n));
    }
  }

  void affine(Grad y, Tensor x, double scale, double shift) {
    new Walk(y, x).run(team, (at, n) -> affine(at[0], at[1], (float) scale, (float) shift, n));
  }

  private static void affine(long y, long x, float scale, float shift, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(x + o).fma(all(scale), all(shift)), y + o);
    }
  }

  void clamp(Tensor x, double limit) {
    new Walk(x, x).run(team, (at, n) -> clamp(at[0], at[1], (float) limit, n));
  }

  private static void clamp(long y, long x, float limit, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      FloatVector v = load(x + o);
      v = v.blend(-limit, v.compare(VectorOperators.LT, -limit));
      store(v.blend(limit, v.compare(VectorOperators.GT, limit)), y + o);
    }
  }

  void where(Tensor y, Tensor condition, Tensor a, Tensor b) {
    new Walk(y, condition, a, b).run(team, (at, n) -> where(at[0], at[1], at[2], at[3], n));
  }

  private static void where(long y, long condition, long a, long b, int n) {
    for (int i = 0; i < n; i += LANES) {
      long o = 4L * i;
      store(load(b + o).blend(load(a + o), Bytes.mask(condition + i)), y + o);
    }
  }
}
