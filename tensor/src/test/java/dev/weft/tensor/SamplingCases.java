package dev.weft.tensor;

import java.util.List;

/// Draws: rows within and beyond a block of 1,024 ids, every stage alone and together, ties,
/// masked and impossible rows.
final class SamplingCases {
  private static final int ROWS = 3;

  /// Ids of a long row: ten blocks on the CPU, five lists on a GPU.
  private static final int LONG = 10_007;

  private SamplingCases() {}

  static void addTo(List<OpCase> cases) {
    // What values do is told at two lengths; what lengths do, by logits and by ties with NaN.
    for (Values values : new Values[] {Values.LOGITS, Values.TIES_AND_NAN}) {
      for (int n : new int[] {1, 15, 16, 100, 1023, 1026}) {
        everyStage(cases, values, n);
      }
      // Enough blocks for several threads; few, as the definition sorts.
      add(cases, values, LONG, 0, 0, 0, false);
      add(cases, values, LONG, 1.5, 0, 0.95, false);
      add(cases, values, LONG, 0, 0, 0.7, true);
      add(cases, values, LONG, 1.5, 1100, 0.9, false);
      add(cases, values, LONG, 0, 1100, 0, false);
      add(cases, values, LONG, 0, 40, 0.95, true);
    }
    for (Values values : new Values[] {Values.UNIFORM, Values.TIES, Values.MASKED, Values.BITS}) {
      everyStage(cases, values, 16);
      everyStage(cases, values, 1023);
      add(cases, values, LONG, 1.5, 0, 0.95, false);
      add(cases, values, LONG, 0, 1100, 0.7, true);
    }
    // A nucleus of one that is left over by the rule, and one that takes all.
    for (int n : new int[] {100, LONG}) {
      add(cases, Values.LOGITS, n, 0, 0, 1e-9, true);
      add(cases, Values.LOGITS, n, 0, 0, Math.nextDown(1.0), true);
    }
  }

  private static void everyStage(List<OpCase> cases, Values values, int n) {
    double penalty = n % 2 == 0 ? 0 : 1.5;
    for (int topK : new int[] {0, 1, 40, 1100}) {
      for (double topP : new double[] {0, 1e-9, 0.95, 1}) {
        add(cases, values, n, penalty, topK, topP, false);
      }
      add(cases, values, n, penalty, topK, 0.7, true);
    }
  }

  private static void add(
      List<OpCase> cases,
      Values values,
      int n,
      double penalty,
      int topK,
      double topP,
      boolean exclusive) {
    String what =
        values
            + " (3, "
            + n
            + ") penalty "
            + penalty
            + " top-k "
            + topK
            + " top-p "
            + topP
            + (exclusive ? " exclusive" : "");
    Layout layout = n % 2 == 0 ? Layout.DENSE : Layout.ROWS_APART;
    cases.add(
        new OpCase(
            "sample",
            what,
            40L * n,
            4L * ROWS * n,
            t -> {
              Tensor logits = t.in(values, layout, ROWS, n);
              Tensor ids = t.out(DType.I32, Layout.DENSE, ROWS);
              Draw draw =
                  new Draw(
                      topK == 40 ? 1 : 0.8,
                      penalty,
                      counts(t, n),
                      topK,
                      topP,
                      exclusive,
                      n + 7L,
                      t.ids(1000, ROWS),
                      t.ids(1000, ROWS));
              return k -> k.sample(ids, logits, draw);
            }));
  }

  /// Every row counts a run of neighbours, so that its ids are distinct.
  private static Draw.Counts counts(Tensors t, int n) {
    int each = Math.min(n, 30);
    int[] ids = new int[ROWS * each];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (i / each * 11 + i % each * (n / each)) % n;
    }
    Tensor starts = Tensor.ids(t.device(), Shape.of(ROWS + 1), 0, each, 2 * each, 3 * each);
    Tensor times = t.ids(5, ROWS * each);
    return new Draw.Counts(starts, Tensor.ids(t.device(), Shape.of(ROWS * each), ids), times);
  }
}
