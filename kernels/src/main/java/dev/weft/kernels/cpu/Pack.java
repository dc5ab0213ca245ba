package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.BYTE;
import static dev.weft.kernels.cpu.Strided.SHORT;
import static dev.weft.kernels.cpu.Vectors.ALL;

import dev.weft.tensor.DType;
import dev.weft.tensor.Halves;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;

/// `pack`: fills a weight's panels from a matrix. Done once for each weight, so only F32, which
/// training packs in every step, is tuned.
final class Pack {
  private final Team team;

  Pack(Team team) {
    this.team = team;
  }

  void pack(Weight target, Tensor matrix) {
    Matrices source = new Matrices(matrix);
    Panels panels = Panels.of(target);
    if (target.dtype() == DType.F32) {
      Panels.pack(
          team,
          panels.address(),
          source.address(0),
          source.row,
          source.step,
          panels.k(),
          panels.n());
    } else {
      team.run(panels.count(), p -> panel(panels, p, source));
    }
  }

  private static void panel(Panels panels, int p, Matrices source) {
    for (int j = 0; j < Panels.WIDTH; j++) {
      long column = source.address(0) + (p * Panels.WIDTH + j) * source.step;
      boolean inside = j < panels.columns(p);
      if (panels.type() == DType.BF16) {
        bf16(panels.address(p, 0) + j * 2L, column, source.row, panels.k(), inside);
        continue;
      }
      for (int k = 0; k < panels.k(); k += Weight.GROUP) {
        int count = Math.min(Weight.GROUP, panels.k() - k);
        long from = column + k * source.row;
        float scale = inside ? largest(from, source.row, count) / 127 : 0;
        Native.set(panels.scales(p, k / Weight.GROUP) + j * 4L, scale);
        i8(panels.address(p, k) + j, from, source.row, count, scale);
      }
    }
  }

  private static void bf16(long to, long from, long step, int k, boolean inside) {
    for (int i = 0; i < k; i++) {
      ALL.set(
          SHORT,
          to + (long) i * Panels.WIDTH * 2,
          inside ? Halves.toBf16(Native.get(from + i * step)) : 0);
    }
  }

  private static void i8(long to, long from, long step, int count, float scale) {
    for (int i = 0; i < count; i++) {
      double value = scale == 0 ? 0 : Math.rint(Native.get(from + i * step) / scale);
      ALL.set(BYTE, to + (long) i * Panels.WIDTH, (byte) Math.clamp(value, -127, 127));
    }
  }

  private static float largest(long from, long step, int count) {
    float largest = 0;
    for (int i = 0; i < count; i++) {
      largest = Math.max(largest, Math.abs(Native.get(from + i * step)));
    }
    return largest;
  }
}
