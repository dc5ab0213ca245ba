package dev.weft.tensor;

import java.util.List;

/// Recurrent layers: every gating, both directions, masks, and sizes around panels and tiles.
final class RecurrentCases {
  private RecurrentCases() {}

  static void addTo(List<OpCase> cases) {
    boolean reverse = false;
    for (Gating gating : Gating.values()) {
      for (int rows : new int[] {1, 2, 5, 13, 32}) {
        for (int units : new int[] {1, 7, 16, 48, 65}) {
          boolean bare = rows == 2 || units == 16;
          // In turn, so that each number of rows and of units is met in both directions.
          reverse = !reverse;
          add(cases, gating, rows, units, reverse, bare, !bare);
        }
      }
      add(cases, gating, 3, 200, false, false, true); // more than a block of k in reverse
      add(cases, gating, 24, 136, true, false, false);
      add(cases, gating, 35, 9, false, false, true); // more rows than a tile
      for (DType dtype : new DType[] {DType.F32, DType.BF16, DType.F16, DType.I8}) {
        for (int units : new int[] {7, 135}) {
          packed(cases, gating, units, dtype);
        }
      }
    }
  }

  private static void packed(List<OpCase> cases, Gating gating, int units, DType dtype) {
    long weights = (long) units * gating.blocks() * units;
    Shapes s = new Shapes(gating, 2, 3, units, false, false, true, dtype);
    String what = gating + " (2, 3, " + units + ") with a pack in " + dtype;
    cases.add(
        new OpCase(
            "recurrent",
            what,
            12 * weights,
            4 * weights,
            t -> {
              Recurrence run = s.forward(t);
              return k -> k.recurrent(run);
            }));
  }

  private static void add(
      List<OpCase> cases,
      Gating gating,
      int rows,
      int units,
      boolean reverse,
      boolean bare,
      boolean masked) {
    int steps = rows == 1 ? 1 : units > 100 ? 2 : 4;
    String what =
        gating
            + " ("
            + steps
            + ", "
            + rows
            + ", "
            + units
            + ")"
            + (reverse ? " reversed" : "")
            + (bare ? " from zeros, no bias" : "")
            + (masked ? " masked" : "");
    long weights = (long) units * gating.blocks() * units;
    long flops = 2L * steps * rows * weights;
    Shapes s = new Shapes(gating, steps, rows, units, reverse, bare, masked, null);
    cases.add(
        new OpCase(
            "recurrent",
            what,
            flops,
            4 * weights,
            t -> {
              Recurrence run = s.forward(t);
              return k -> k.recurrent(run);
            }));
    cases.add(
        new OpCase(
            "recurrentGrad",
            what,
            flops,
            4 * weights,
            t -> {
              Recurrence run = s.backward(t);
              Tensor dh = t.out(steps, rows, units);
              Tensor dh0 = bare ? null : t.out(rows, units);
              Tensor dc0 = bare || !gating.cells() ? null : t.out(rows, units);
              Tensor dy = t.in(steps, rows, units);
              Tensor dcLast = bare || !gating.cells() ? null : t.in(rows, units);
              return k -> k.recurrentGrad(run, dh, dh0, dc0, dy, dcLast);
            }));
  }

  private record Shapes(
      Gating gating,
      int steps,
      int rows,
      int units,
      boolean reverse,
      boolean bare,
      boolean masked,
      DType packed) {
    Recurrence forward(Tensors t) {
      return run(
          t,
          t.out(steps, rows, units),
          gating.cells() ? t.out(steps, rows, units) : null,
          t.state(Values.UNIFORM, steps, rows, gating.blocks() * units),
          gating.keepsHidden() ? t.out(steps, rows, units) : null);
    }

    Recurrence backward(Tensors t) {
      return run(
          t,
          t.in(steps, rows, units),
          gating.cells() ? t.in(steps, rows, units) : null,
          t.state(Values.UNIFORM, steps, rows, gating.blocks() * units),
          gating.keepsHidden() ? t.state(Values.UNIFORM, steps, rows, units) : null);
    }

    private Recurrence run(Tensors t, Tensor h, Tensor c, Tensor gates, Tensor hidden) {
      int width = gating.blocks() * units;
      // A layer keeps its weights as (out, in): the product sees them transposed.
      Tensor w =
          t.in(Values.UNIFORM, rows % 2 == 0 ? Layout.DENSE : Layout.TRANSPOSED, units, width);
      Tensor bias = bare ? null : t.in(width);
      Tensor h0 = bare ? null : t.in(rows, units);
      Tensor c0 = bare || !gating.cells() ? null : t.in(rows, units);
      Tensor mask = masked ? t.flags(Layout.DENSE, steps, rows) : null;
      Weight weight = packed == null ? Weight.dense(w) : Weight.pack(w, packed, Scope.current());
      return new Recurrence(gating, reverse, h, c, gates, hidden, weight, bias, h0, c0, mask);
    }
  }
}
