package dev.weft.tensor;

import java.util.Arrays;
import java.util.List;

/// Rows and columns taken from tables by id, and the gradients that scatter back.
final class TableCases {
  private TableCases() {}

  static void addTo(List<OpCase> cases) {
    for (int width : new int[] {0, 1, 15, 16, 17, 48, 49, 131, 509}) {
      for (int count : new int[] {0, 1, 7, 64}) {
        for (Layout layout : new Layout[] {Layout.DENSE, Layout.ROWS_APART}) {
          table(cases, 23, width, count, layout);
        }
        if (width > 0) {
          gather(cases, width, count);
          column(cases, width, count);
        }
      }
    }
    // More ids than a block of a GPU reads at once: few rows, each used often, and many.
    table(cases, 2, 17, 3600, Layout.DENSE);
    table(cases, 1500, 3, 2500, Layout.ROWS_APART);
    gather(cases, 33, 700);
    gatherSome(cases, 1, 3);
    gatherSome(cases, 17, 64);
  }

  private static void table(
      List<OpCase> cases, int vocabulary, int width, int count, Layout layout) {
    String what = count + " of (" + vocabulary + ", " + width + ") " + layout;
    long bytes = 8L * count * width;
    cases.add(
        new OpCase(
            "embedding",
            what,
            0,
            bytes,
            t -> {
              Tensor table = t.in(Values.BITS, layout, vocabulary, width);
              Tensor ids = t.ids(vocabulary, count);
              Tensor y = t.out(count, width);
              return k -> k.embedding(y, table, ids);
            }));
    cases.add(
        new OpCase(
            "embeddingGrad",
            what,
            (long) count * width,
            bytes,
            t -> {
              Tensor dy = t.in(Values.UNIFORM, layout, count, width);
              Tensor ids = t.ids(vocabulary, count);
              Grad dTable = t.grad(layout, vocabulary, width);
              return k -> k.embeddingGrad(dTable, dy, ids);
            }));
  }

  private static void gather(List<OpCase> cases, int width, int count) {
    String what = count + " of each row of (5, " + width + ")";
    cases.add(
        new OpCase(
            "gather",
            what,
            0,
            40L * count,
            t -> {
              Tensor x = t.in(Values.BITS, Layout.ROWS_APART, 5, width);
              Tensor ids = t.ids(width, 5, count);
              Tensor y = t.out(5, count);
              return k -> k.gather(y, x, ids);
            }));
    cases.add(
        new OpCase(
            "gatherGrad",
            what,
            5L * count,
            40L * count,
            t -> {
              Tensor dy = t.in(Values.UNIFORM, Layout.ROWS_APART, 5, count);
              Tensor ids = t.ids(width, 5, count);
              Grad dx = t.grad(5, width);
              return k -> k.gatherGrad(dx, dy, ids);
            }));
  }

  private static void gatherSome(List<OpCase> cases, int width, int count) {
    cases.add(
        new OpCase(
            "gather",
            count + " or none of each row of (5, " + width + ")",
            0,
            40L * count,
            t -> {
              Tensor x = t.in(Values.BITS, 5, width);
              Tensor ids = t.ids(width + 1, 5, count);
              ids.set(Arrays.stream(ids.toInts()).map(id -> id - 1).toArray());
              Tensor y = t.state(Values.UNIFORM, 5, count); // no NaN before the call
              return k -> k.gather(y, x, ids);
            }));
  }

  private static void column(List<OpCase> cases, int width, int count) {
    for (DType dtype : new DType[] {null, DType.F32, DType.BF16, DType.F16, DType.I8}) {
      String what =
          count + " of (" + width + ", 101), " + (dtype == null ? "dense" : dtype + " pack");
      cases.add(
          new OpCase(
              "column",
              what,
              0,
              8L * count * width,
              t -> {
                Tensor matrix = t.in(Values.UNIFORM, Layout.TRANSPOSED, width, 101);
                Weight weight =
                    dtype == null
                        ? Weight.dense(matrix)
                        : Weight.pack(matrix, dtype, Scope.current());
                Tensor ids = t.ids(101, count);
                Tensor y = t.out(count, width);
                return k -> k.column(y, weight, ids);
              }));
    }
  }
}
