package dev.weft.tensor;

import java.util.List;

/// The elementwise kernels.
final class ElementwiseCases {
  private static final int[] SIZES = {0, 1, 15, 16, 17, 31, 33, 47, 48, 49, 1009};
  private static final int MANY = 100_003;

  private ElementwiseCases() {}

  static void addTo(List<OpCase> cases) {
    fillAndCopy(cases);
    casts(cases);
    for (Unary f : Unary.values()) {
      unary(cases, f);
    }
    for (Binary f : Binary.values()) {
      binary(cases, f);
    }
    affineAndWhere(cases);
    dropout(cases);
    clamp(cases);
  }

  private static OpCase row(String kernel, String what, long n, int tensors, OpCase.Body body) {
    return new OpCase(kernel, what, n, 4 * n * tensors, body);
  }

  private static void fillAndCopy(List<OpCase> cases) {
    for (DType dtype :
        new DType[] {DType.F32, DType.BF16, DType.F16, DType.I8, DType.I32, DType.BOOL}) {
      for (Layout layout :
          new Layout[] {Layout.DENSE, Layout.ROWS_APART, Layout.TRANSPOSED, Layout.STEP_TWO}) {
        for (int n : SIZES) {
          String what = dtype + " " + layout + " (3, " + n + ")";
          cases.add(
              row(
                  "fill",
                  what,
                  3L * n,
                  1,
                  t -> {
                    Tensor x = t.out(dtype, layout, 3, n);
                    return k -> k.fill(x, 1);
                  }));
        }
      }
    }
    for (Layout from : Layout.values()) {
      for (Layout to :
          new Layout[] {Layout.DENSE, Layout.ROWS_APART, Layout.TRANSPOSED, Layout.STEP_TWO}) {
        for (int n : new int[] {0, 1, 17, 49}) {
          cases.add(
              row(
                  "copy",
                  from + " to " + to + " (2, 5, " + n + ")",
                  10L * n,
                  2,
                  t -> {
                    Tensor x = t.in(Values.BITS, from, 2, 5, n);
                    Grad y = t.grad(to, 2, 5, n);
                    return k -> k.copy(y, x);
                  }));
        }
      }
    }
    cases.add(
        row(
            "copy",
            "four axes permuted",
            2 * 3 * 17 * 5,
            2,
            t -> {
              Tensor x = Ops.permute(t.in(Values.WIDE, 17, 5, 2, 3), 2, 3, 0, 1);
              Grad y = t.grad(2, 3, 17, 5);
              return k -> k.copy(y, x);
            }));
    cases.add(
        row(
            "copy",
            "ids",
            34,
            2,
            t -> {
              Tensor x = Ops.transpose(t.ids(Integer.MAX_VALUE, 2, 17), 0, 1);
              Tensor y = t.out(DType.I32, Layout.DENSE, 17, 2);
              return k -> k.copy(Grad.into(y), x);
            }));
    cases.add(
        row(
            "copy",
            "scalar",
            1,
            2,
            t -> {
              Tensor x = t.in(Values.WIDE);
              Grad y = t.grad();
              return k -> k.copy(y, x);
            }));
  }

  private static void casts(List<OpCase> cases) {
    for (DType dtype : new DType[] {DType.BF16, DType.F16, DType.I32, DType.BOOL}) {
      for (Layout layout : new Layout[] {Layout.DENSE, Layout.TRANSPOSED, Layout.EXPANDED_ROWS}) {
        for (int n : SIZES) {
          Values values = n % 2 == 0 ? Values.BITS : Values.WIDE;
          cases.add(
              row(
                  "cast",
                  "F32 to " + dtype + " " + layout + " (4, " + n + ")",
                  4L * n,
                  2,
                  t -> {
                    Tensor x = t.in(values, layout, 4, n);
                    Tensor y = t.out(dtype, Layout.DENSE, 4, n);
                    return k -> k.cast(y, x);
                  }));
          cases.add(
              row(
                  "cast",
                  dtype + " to F32 " + layout + " (4, " + n + ")",
                  4L * n,
                  2,
                  t -> {
                    Tensor x = narrow(t, dtype, layout, 4, n);
                    Tensor y = t.out(4, n);
                    return k -> k.cast(y, x);
                  }));
        }
      }
    }
    for (DType dtype : new DType[] {DType.BF16, DType.F16, DType.I32, DType.BOOL}) {
      cases.add(
          row(
              "cast",
              "F32 to " + dtype + ", any bits",
              MANY,
              2,
              t -> {
                Tensor x = t.in(Values.BITS, MANY);
                Tensor y = t.out(dtype, Layout.DENSE, MANY);
                return k -> k.cast(y, x);
              }));
    }
  }

  private static Tensor narrow(Tensors t, DType dtype, Layout layout, int... dims) {
    return switch (dtype) {
      case BF16, F16 -> t.in(dtype, Values.WIDE, layout, dims);
      case I32 -> t.ids(1 << 30, dims);
      case BOOL -> t.flags(layout, dims);
      case F32, F64, I8 -> throw new IllegalArgumentException("no cast from " + dtype);
    };
  }

  private static void unary(List<OpCase> cases, Unary f) {
    for (Layout layout : Layout.values()) {
      for (int n : SIZES) {
        String what = f + " " + layout + " (3, " + n + ")";
        cases.add(
            row(
                "unary",
                what,
                3L * n,
                2,
                t -> {
                  Tensor x = t.in(Values.LOGITS, layout, 3, n);
                  Tensor y = t.out(3, n);
                  return k -> k.unary(f, y, x);
                }));
        cases.add(
            row(
                "unaryGrad",
                what,
                3L * n,
                4,
                t -> {
                  Tensor x = t.in(Values.LOGITS, layout, 3, n);
                  Tensor y = t.in(3, n);
                  Tensor dy = t.in(Values.UNIFORM, layout, 3, n);
                  Grad dx = t.grad(3, n);
                  return k -> k.unaryGrad(f, dx, dy, x, y);
                }));
      }
    }
    for (Values values : new Values[] {Values.BITS, Values.WIDE, Values.LOGITS}) {
      cases.add(
          row(
              "unary",
              f + " of " + values,
              MANY,
              2,
              t -> {
                Tensor x = t.in(values, MANY);
                Tensor y = t.out(MANY);
                return k -> k.unary(f, y, x);
              }));
      cases.add(
          row(
              "unaryGrad",
              f + " of " + values,
              MANY,
              4,
              t -> {
                Tensor x = t.in(values, MANY);
                Tensor y = t.in(values, MANY);
                Tensor dy = t.in(Values.WIDE, MANY);
                Grad dx = t.grad(MANY);
                return k -> k.unaryGrad(f, dx, dy, x, y);
              }));
    }
  }

  private static void binary(List<OpCase> cases, Binary f) {
    DType result = f.comparison() ? DType.BOOL : DType.F32;
    for (Layout a : Layout.values()) {
      for (Layout b : Layout.values()) {
        for (int n : new int[] {0, 1, 17, 48, 49}) {
          String what = f + " " + a + ", " + b + " (3, " + n + ")";
          cases.add(
              row(
                  "binary",
                  what,
                  3L * n,
                  3,
                  t -> {
                    Tensor x = t.in(Values.TIES, a, 3, n);
                    Tensor z = t.in(Values.TIES, b, 3, n);
                    Tensor y = t.out(result, Layout.DENSE, 3, n);
                    return k -> k.binary(f, y, x, z);
                  }));
          if (!f.comparison()) {
            for (boolean left : new boolean[] {true, false}) {
              cases.add(
                  row(
                      "binaryGrad",
                      what + (left ? " left" : " right"),
                      3L * n,
                      5,
                      t -> {
                        Tensor x = t.in(Values.UNIFORM, a, 3, n);
                        Tensor z = t.in(Values.UNIFORM, b, 3, n);
                        Tensor y = t.in(3, n);
                        Tensor dy = t.in(3, n);
                        Grad d = t.grad(3, n);
                        return k -> k.binaryGrad(f, left, d, dy, x, z, y);
                      }));
            }
          }
        }
      }
    }
    for (Values values : new Values[] {Values.BITS, Values.WIDE, Values.TIES_AND_NAN}) {
      cases.add(
          row(
              "binary",
              f + " of " + values,
              MANY,
              3,
              t -> {
                Tensor x = t.in(values, MANY);
                Tensor z = t.in(values, MANY);
                Tensor y = t.out(result, Layout.DENSE, MANY);
                return k -> k.binary(f, y, x, z);
              }));
    }
    if (f.comparison()) {
      cases.add(
          row(
              "binary",
              f + " of ids",
              1009,
              3,
              t -> {
                Tensor x = t.ids(9, 1009);
                Tensor z = t.ids(9, 1009);
                Tensor y = t.out(DType.BOOL, Layout.DENSE, 1009);
                return k -> k.binary(f, y, x, z);
              }));
    }
  }

  private static void affineAndWhere(List<OpCase> cases) {
    for (Layout layout : Layout.values()) {
      for (int n : SIZES) {
        cases.add(
            row(
                "affine",
                layout + " (3, " + n + ")",
                6L * n,
                2,
                t -> {
                  Tensor x = t.in(Values.WIDE, layout, 3, n);
                  Grad y = t.grad(3, n);
                  return k -> k.affine(y, x, 0.1, -1.0 / 3);
                }));
        cases.add(
            row(
                "where",
                layout + " (3, " + n + ")",
                3L * n,
                4,
                t -> {
                  Tensor condition = t.flags(layout, 3, n);
                  Tensor a = t.in(Values.BITS, layout, 3, n);
                  Tensor b = t.in(Values.BITS, Layout.EXPANDED_ROWS, 3, n);
                  Tensor y = t.out(3, n);
                  return k -> k.where(y, condition, a, b);
                }));
      }
    }
  }

  private static void dropout(List<OpCase> cases) {
    for (int n : new int[] {0, 1, 2, 3, 4, 5, 15, 16, 17, 63, 64, 65, 1009, 9973}) {
      for (double p : new double[] {0.1, 0.5, 0.9}) {
        cases.add(
            row(
                "dropout",
                "p " + p + " (" + n + ")",
                n,
                2,
                t -> {
                  Tensor x = t.in(Values.WIDE, n);
                  Grad y = t.grad(n == 9973 ? Layout.ROWS_APART : Layout.DENSE, n);
                  return k -> k.dropout(y, x, p, 0x123456789abcdefL, 7, 3);
                }));
      }
    }
  }

  private static void clamp(List<OpCase> cases) {
    for (int n : SIZES) {
      cases.add(
          row(
              "clamp",
              "(" + n + ")",
              n,
              2,
              t -> {
                Tensor x = t.state(Values.BITS, n);
                return k -> k.clamp(x, 0.3);
              }));
    }
  }
}
