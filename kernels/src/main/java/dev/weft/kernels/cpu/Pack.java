package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Panels.ROW_BYTES;
import static dev.weft.kernels.cpu.Panels.WIDTH;
import static dev.weft.kernels.cpu.Strided.BYTE;
import static dev.weft.kernels.cpu.Strided.INT;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.BYTES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;
import static dev.weft.kernels.cpu.Vectors.all;
import static dev.weft.kernels.cpu.Vectors.load;
import static dev.weft.kernels.cpu.Vectors.store;

import dev.weft.tensor.DType;
import dev.weft.tensor.Tensor;
import dev.weft.tensor.Weight;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// `pack`: fills a weight's panels from a matrix. A BF16 or I8 panel is made of the F32 panel,
/// whose lanes are columns.
final class Pack {
  /// 1.5 · 2²³: adding it and taking it away rounds |x| < 2²² to the nearest even integer.
  private static final float ROUND = 12582912;

  private final Team team;

  Pack(Team team) {
    this.team = team;
  }

  void pack(Weight target, Tensor matrix) {
    Matrices source = new Matrices(matrix);
    Panels panels = Panels.of(target);
    long from = source.address(0);
    if (target.dtype() == DType.F32) {
      Panels.pack(team, panels.address(), from, source.row, source.step, panels.k(), panels.n());
      return;
    }
    team.run(
        panels.count(),
        p -> {
          int depth = Weight.Layout.host(panels.type()).depth(panels.k());
          try (Scratch scratch = new Scratch(target.device(), (long) depth * ROW_BYTES)) {
            long wide = scratch.address;
            long columns = from + (long) p * WIDTH * source.step;
            Panels.pack(wide, columns, source.row, source.step, panels.k(), panels.columns(p));
            if (panels.type() == DType.BF16) {
              Strided.zero(
                  wide + (long) panels.k() * ROW_BYTES, (depth - panels.k()) * WIDTH, false);
              bf16(panels.address(p, 0), wide, depth);
            } else {
              i8(panels, p, wide);
            }
          }
        });
  }

  private static void bf16(long to, long wide, int depth) {
    for (int k = 0; k < depth; k += 2) {
      for (int j = 0; j < ROW_BYTES; j += BYTES) {
        IntVector even = Copying.toBf16(load(wide + j));
        IntVector odd = Copying.toBf16(load(wide + ROW_BYTES + j));
        even.lanewise(VectorOperators.LSHR, 16)
            .or(odd.and(0xffff0000))
            .intoMemorySegment(ALL, to + j, LITTLE);
      }
      wide += 2L * ROW_BYTES;
      to += ROW_BYTES;
    }
  }

  private static void i8(Panels panels, int p, long wide) {
    for (int k = 0; k < panels.k(); k += Weight.GROUP) {
      int count = Math.min(Weight.GROUP, panels.k() - k);
      long group = wide + (long) k * ROW_BYTES;
      long scales = panels.scales(p, k / Weight.GROUP);
      for (int j = 0; j < ROW_BYTES; j += BYTES) {
        FloatVector scale = largest(group + j, count).div(127);
        store(scale, scales + j);
        quantise(group + j, count, scale);
      }
      narrow(panels.address(p, k), group, count * WIDTH);
    }
  }

  private static FloatVector largest(long column, int count) {
    FloatVector largest = all(0);
    for (int k = 0; k < count; k++) {
      largest = largest.max(load(column + (long) k * ROW_BYTES).abs());
    }
    return largest;
  }

  /// Puts ints in the place of floats. Not a number becomes 0.
  private static void quantise(long column, int count, FloatVector scale) {
    var empty = scale.eq(0);
    for (int k = 0; k < count; k++) {
      long at = column + (long) k * ROW_BYTES;
      FloatVector value = load(at).div(scale).max(-127).min(127).add(ROUND).sub(ROUND);
      ((IntVector) value.blend(0, empty).convertShape(VectorOperators.F2I, Vectors.I, 0))
          .intoMemorySegment(ALL, at, LITTLE);
    }
  }

  private static void narrow(long to, long ints, int n) {
    for (int i = 0; i < n; i++) {
      ALL.set(BYTE, to + i, (byte) ALL.get(INT, ints + i * 4L));
    }
  }
}
