package dev.weft.tensor;

import java.util.List;

/// Matrix products, packs and the fused linear product.
final class ProductCases {
  /// (M, K, N): around tiles of 4 to 16 rows, panels of 48 columns and blocks of 128 to 512 deep.
  private static final int[][] SIZES = {
    {0, 3, 5},
    {3, 0, 5},
    {3, 5, 0},
    {1, 1, 1},
    {1, 17, 1},
    {1, 72, 509},
    {2, 72, 509},
    {5, 31, 15},
    {6, 16, 16},
    {7, 15, 17},
    {8, 64, 47},
    {9, 33, 48},
    {12, 48, 49},
    {13, 72, 197},
    {14, 127, 96},
    {15, 128, 97},
    {16, 129, 95},
    {17, 255, 144},
    {23, 256, 145},
    {31, 257, 31},
    {33, 383, 53},
    {47, 384, 33},
    {48, 385, 49},
    {49, 511, 50},
    {3, 512, 101},
    {67, 513, 7},
    {1, 1031, 193},
    {101, 72, 509},
    {257, 9, 11},
    {4, 1537, 3},
    {29, 769, 97},
    {6, 1537, 101},
    {29, 1601, 97}
  };

  private ProductCases() {}

  static void addTo(List<OpCase> cases) {
    for (int[] size : SIZES) {
      matmul(cases, size[0], size[1], size[2]);
      linear(cases, size[0], size[1], size[2]);
      pack(cases, size[1], size[2]);
    }
    batched(cases);
  }

  private static OpCase row(String kernel, String what, int m, int k, int n, OpCase.Body body) {
    long flops = 2L * m * k * n;
    long bytes = 4L * ((long) m * k + (long) k * n + (long) m * n);
    return new OpCase(kernel, what + " (" + m + ", " + k + ", " + n + ")", flops, bytes, body);
  }

  private static void matmul(List<OpCase> cases, int m, int k, int n) {
    Layout[] layouts = {Layout.DENSE, Layout.TRANSPOSED, Layout.ROWS_APART};
    for (Layout left : layouts) {
      for (Layout right : layouts) {
        cases.add(
            row(
                "matmul",
                left + " · " + right,
                m,
                k,
                n,
                t -> {
                  Tensor a = t.in(Values.UNIFORM, left, m, k);
                  Tensor b = t.in(Values.UNIFORM, right, k, n);
                  Grad c = t.grad(m, n);
                  return kernels -> kernels.matmul(c, a, b);
                }));
      }
    }
    cases.add(
        row(
            "matmul",
            "EXPANDED_COLUMNS · STEP_TWO into ROWS_APART",
            m,
            k,
            n,
            t -> {
              Tensor a = t.in(Values.WIDE, Layout.EXPANDED_COLUMNS, m, k);
              Tensor b = t.in(Values.UNIFORM, Layout.STEP_TWO, k, n);
              Grad c = t.grad(Layout.ROWS_APART, m, n);
              return kernels -> kernels.matmul(c, a, b);
            }));
  }

  private static void batched(List<OpCase> cases) {
    for (int[] size : new int[][] {{1, 5, 1}, {7, 17, 49}, {13, 64, 50}, {3, 130, 97}}) {
      int m = size[0];
      int k = size[1];
      int n = size[2];
      cases.add(
          row(
              "matmul",
              "batch (2, 3)",
              m,
              k,
              n,
              t -> {
                Tensor a = t.in(2, 3, m, k);
                Tensor b = t.in(Values.UNIFORM, Layout.TRANSPOSED, 2, 3, k, n);
                Grad c = t.grad(2, 3, m, n);
                return kernels -> kernels.matmul(c, a, b);
              }));
      cases.add(
          row(
              "matmul",
              "one right side for a batch of 5",
              m,
              k,
              n,
              t -> {
                Tensor a = t.in(5, m, k);
                Tensor b = t.in(k, n);
                Grad c = t.grad(5, m, n);
                Tensor wide = b.view(Shape.of(5, k, n), new long[] {0, n, 1}, b.offset());
                return kernels -> kernels.matmul(c, a, wide);
              }));
      cases.add(
          row(
              "matmul",
              "heads taken out of rows",
              m,
              k,
              n,
              t -> {
                Tensor a = Ops.permute(t.in(2, m, 3, k), 0, 2, 1, 3);
                Tensor b = Ops.permute(t.in(2, n, 3, k), 0, 2, 3, 1);
                Grad c = t.grad(2, 3, m, n);
                return kernels -> kernels.matmul(c, a, b);
              }));
    }
  }

  private static void pack(List<OpCase> cases, int in, int out) {
    for (DType dtype : new DType[] {DType.F32, DType.BF16, DType.F16, DType.I8}) {
      for (Layout layout : new Layout[] {Layout.DENSE, Layout.TRANSPOSED}) {
        for (Values values : new Values[] {Values.UNIFORM, Values.WIDE}) {
          cases.add(
              row(
                  "pack",
                  dtype + " of " + layout + " " + values,
                  0,
                  in,
                  out,
                  t -> {
                    Tensor matrix = t.in(values, layout, in, out);
                    Weight weight = t.compare(Weight.pack(matrix, dtype, Scope.current()));
                    Tensors.poison(weight.panels());
                    if (weight.scales() != null) {
                      Tensors.poison(weight.scales());
                    }
                    return kernels -> kernels.pack(weight, matrix);
                  }));
        }
      }
    }
  }

  private static void linear(List<OpCase> cases, int rows, int in, int out) {
    for (DType dtype : new DType[] {null, DType.F32, DType.BF16, DType.F16, DType.I8}) {
      for (Layout layout : new Layout[] {Layout.DENSE, Layout.ROWS_APART}) {
        for (boolean fused : new boolean[] {false, true}) {
          String what =
              (dtype == null ? "dense" : dtype + " pack")
                  + " "
                  + layout
                  + (fused ? " with all" : "");
          cases.add(
              row(
                  "linear",
                  what,
                  rows,
                  in,
                  out,
                  t -> {
                    Tensor x = t.in(Values.UNIFORM, layout, rows, in);
                    Weight weight = weight(t, dtype, layout, in, out);
                    Tensor bias = fused ? t.in(out) : null;
                    Tensor residual = fused ? t.in(Values.UNIFORM, layout, rows, out) : null;
                    Activation activation = fused ? Activation.GELU_TANH : Activation.NONE;
                    Tensor y = t.out(rows, out);
                    return k -> k.linear(y, x, weight, bias, activation, residual);
                  }));
        }
      }
      cases.add(
          row(
              "linear",
              (dtype == null ? "dense" : dtype + " pack") + " with bias",
              rows,
              in,
              out,
              t -> {
                Tensor x = t.in(Values.WIDE, rows, in);
                Weight weight = weight(t, dtype, Layout.TRANSPOSED, in, out);
                Tensor bias = t.in(out);
                Tensor y = t.out(rows, out);
                return k -> k.linear(y, x, weight, bias, Activation.NONE, null);
              }));
    }
  }

  private static Weight weight(Tensors t, DType dtype, Layout layout, int in, int out) {
    Tensor matrix = t.in(Values.UNIFORM, layout, in, out);
    return dtype == null ? Weight.dense(matrix) : Weight.pack(matrix, dtype, Scope.current());
  }
}
