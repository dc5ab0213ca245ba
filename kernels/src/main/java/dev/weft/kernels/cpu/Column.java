package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.BYTE;
import static dev.weft.kernels.cpu.Strided.INT;
import static dev.weft.kernels.cpu.Strided.SHORT;
import static dev.weft.kernels.cpu.Vectors.ALL;

import dev.weft.tensor.Halves;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;

/// `column`: columns of a weight as rows, widened: the embedding of a tied head, read from its
/// pack.
final class Column {
  private final Team team;

  Column(Team team) {
    this.team = team;
  }

  void column(Tensor y, Weight w, Tensor ids) {
    long id = ids.address();
    long to = y.address();
    long bytes = w.in() * 4L;
    int count = Math.toIntExact(ids.size());
    Matrices dense = w.packed() ? null : new Matrices(w.dense());
    Panels panels = w.packed() ? Panels.of(w) : null;
    int parts = (long) count * w.in() < 1 << 15 ? 1 : Math.min(count, 4 * team.size());
    team.run(
        parts,
        part -> {
          int end = (int) ((long) count * (part + 1) / parts);
          for (int i = (int) ((long) count * part / parts); i < end; i++) {
            int n = ALL.get(INT, id + i * 4L);
            if (panels == null) {
              Strided.gather(
                  4, to + i * bytes, dense.address(0) + n * dense.step, dense.row, dense.rows);
            } else {
              column(to + i * bytes, panels, n);
            }
          }
        });
  }

  private static void column(long to, Panels panels, int n) {
    long from = panels.address(n / Panels.WIDTH, 0);
    int column = n % Panels.WIDTH;
    switch (panels.type()) {
      case BF16 -> {
        for (int k = 0; k < panels.k(); k++) {
          long half = from + (k / 2 * Panels.WIDTH + column) * 4L + k % 2 * 2L;
          Native.set(to + k * 4L, Halves.fromBf16(ALL.get(SHORT, half)));
        }
      }
      case I8 -> {
        for (int k = 0; k < panels.k(); k++) {
          long scale = panels.scales(n / Panels.WIDTH, k / Weight.GROUP) + column * 4L;
          byte value = ALL.get(BYTE, from + (long) k * Panels.WIDTH + column);
          Native.set(to + k * 4L, Native.get(scale) * value);
        }
      }
      default -> Strided.gather(4, to, from + column * 4L, Panels.ROW_BYTES, panels.k());
    }
  }
}
