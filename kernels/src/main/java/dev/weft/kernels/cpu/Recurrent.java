package dev.weft.kernels.cpu;

import dev.weft.tensor.Device;
import dev.weft.tensor.Recurrence;
import dev.weft.tensor.Weight;

/// Recurrent layers. The recurrent weight is packed once for all steps. Each thread takes a share
/// of the rows through the whole sequence, so that no thread waits for another between steps; with
/// too few rows for that, the threads share each step's products.
final class Recurrent {
  /// Fewer rows than this make a product whose weight costs more to read than to multiply.
  private static final int LEAST_ROWS = 4;

  private final Team team;

  Recurrent(Team team) {
    this.team = team;
  }

  void forward(Recurrence run) {
    Weight w = run.w();
    Device device = run.h().device();
    if (w.packed()) {
      forward(run, Panels.of(w), device);
      return;
    }
    try (Scratch scratch = new Scratch(device, Panels.bytes(w.in(), w.out()))) {
      Matrices m = new Matrices(w.dense());
      long source = m.address(0);
      forward(
          run, Panels.pack(team, scratch.address, source, m.row, m.step, w.in(), w.out()), device);
    }
  }

  private void forward(Recurrence run, Panels w, Device device) {
    rows(
        run,
        (first, count, shared) -> {
          try (var part = new RecurrentForward(run, w, first, count, device, shared)) {
            part.run();
          }
        });
  }

  void backward(Recurrence run, RecurrentBackward.Gradients gradients) {
    Device device = run.h().device();
    Matrices m = new Matrices(run.w().dense());
    int units = run.units();
    int gates = run.w().out();
    int split =
        run.gating().keepsHidden() ? 2 * units : gates; // n of a GRU is a product of its own
    long first = Panels.bytes(split, units);
    try (Scratch scratch = new Scratch(device, first + Panels.bytes(gates - split, units))) {
      long source = m.address(0);
      Panels w = Panels.pack(team, scratch.address, source, m.step, m.row, split, units);
      Panels wn =
          split == gates
              ? null
              : Panels.pack(
                  team,
                  scratch.address + first,
                  source + split * m.step,
                  m.step,
                  m.row,
                  gates - split,
                  units);
      rows(
          run,
          (row, count, shared) -> {
            try (var part =
                new RecurrentBackward(run, w, wn, gradients, row, count, device, shared)) {
              part.run();
            }
          });
    }
  }

  /// Some rows of a run.
  private interface Share {
    /// @param shared the team to share products with, or null
    void run(int firstRow, int rows, Team shared);
  }

  private void rows(Recurrence run, Share share) {
    int rows = run.rows();
    int parts = Math.min(team.size(), rows / LEAST_ROWS);
    if (parts < team.size()) {
      share.run(0, rows, team);
    } else {
      team.run(
          parts,
          part -> {
            int from = (int) ((long) rows * part / parts);
            share.run(from, (int) ((long) rows * (part + 1) / parts) - from, null);
          });
    }
  }
}
