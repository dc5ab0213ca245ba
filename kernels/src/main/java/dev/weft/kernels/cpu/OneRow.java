package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.FLOAT;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.B;
import static dev.weft.kernels.cpu.Vectors.BYTES;
import static dev.weft.kernels.cpu.Vectors.F;
import static dev.weft.kernels.cpu.Vectors.I;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;
import static dev.weft.kernels.cpu.Vectors.all;
import static dev.weft.kernels.cpu.Vectors.load;
import static dev.weft.kernels.cpu.Vectors.store;

import dev.weft.tensor.Weight;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// One row times a panel of BF16 or I8, widened on the way into the registers: what decoding does,
/// at the speed of the memory. Several rows are [NarrowTiles]'.
final class OneRow {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  /// How far to shift an int left so that its byte number `lane` becomes the highest.
  private static final IntVector TO_TOP =
      IntVector.fromArray(I, new int[] {24, 16, 8, 0, 24, 16, 8, 0, 24, 16, 8, 0, 24, 16, 8, 0}, 0);

  private OneRow() {}

  /// The even k of a row of BF16 pairs: exact.
  static FloatVector even(IntVector pair) {
    return pair.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
  }

  /// The odd k of a row of BF16 pairs: exact.
  static FloatVector odd(IntVector pair) {
    return pair.and(0xffff0000).reinterpretAsFloats();
  }

  /// LANES signed bytes as floats: exact.
  static FloatVector i8(long address) {
    if (LANES == 4) { // there is no vector of four bytes
      IntVector four =
          IntVector.broadcast(I, ALL.get(INT, address)).lanewise(VectorOperators.LSHL, TO_TOP);
      return (FloatVector)
          four.lanewise(VectorOperators.ASHR, 24).convertShape(VectorOperators.I2F, F, 0);
    }
    return (FloatVector)
        ByteVector.fromMemorySegment(B, ALL, address, LITTLE)
            .convertShape(VectorOperators.B2F, F, 0);
  }

  /// out (48) = a (count) · panel of BF16.
  static void bf16(long a, long panel, int count, long out) {
    int whole = count & (SixVectors.FIT ? -2 : -4);
    if (SixVectors.FIT) {
      SixVectors.bf16(a, panel, whole, out);
    } else {
      for (int j = 0; j < Panels.ROW_BYTES; j += 3 * BYTES) {
        bf16Quads(a, panel + j, whole, out + j);
      }
    }
    for (int j = 0; whole < count && j < Panels.ROW_BYTES; j += 3 * BYTES) {
      long rest = panel + whole / 2 * (long) Panels.ROW_BYTES + j;
      bf16Rest(a + whole * 4L, rest, count - whole, out + j);
    }
  }

  /// Four k at a time; `count` is a multiple of four. Nothing but the Vector API in the loop: with
  /// calls of [#even] and [#odd] it ran at a fifth of the speed.
  private static void bf16Quads(long a, long b, int count, long out) {
    FloatVector c0 = FloatVector.zero(F);
    FloatVector c1 = FloatVector.zero(F);
    FloatVector c2 = FloatVector.zero(F);
    IntVector high = IntVector.broadcast(I, 0xffff0000);
    for (int k = 0; k < count; k += 4) {
      IntVector p0 = IntVector.fromMemorySegment(I, ALL, b, LITTLE);
      IntVector p1 = IntVector.fromMemorySegment(I, ALL, b + BYTES, LITTLE);
      IntVector p2 = IntVector.fromMemorySegment(I, ALL, b + 2L * BYTES, LITTLE);
      FloatVector x = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c0 = x.fma(p0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), c0);
      c1 = x.fma(p1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), c1);
      c2 = x.fma(p2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), c2);
      x = FloatVector.broadcast(F, ALL.get(FLOAT, a + 4));
      c0 = x.fma(p0.and(high).reinterpretAsFloats(), c0);
      c1 = x.fma(p1.and(high).reinterpretAsFloats(), c1);
      c2 = x.fma(p2.and(high).reinterpretAsFloats(), c2);
      p0 = IntVector.fromMemorySegment(I, ALL, b + Panels.ROW_BYTES, LITTLE);
      p1 = IntVector.fromMemorySegment(I, ALL, b + Panels.ROW_BYTES + BYTES, LITTLE);
      p2 = IntVector.fromMemorySegment(I, ALL, b + Panels.ROW_BYTES + 2L * BYTES, LITTLE);
      x = FloatVector.broadcast(F, ALL.get(FLOAT, a + 8));
      c0 = x.fma(p0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), c0);
      c1 = x.fma(p1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), c1);
      c2 = x.fma(p2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), c2);
      x = FloatVector.broadcast(F, ALL.get(FLOAT, a + 12));
      c0 = x.fma(p0.and(high).reinterpretAsFloats(), c0);
      c1 = x.fma(p1.and(high).reinterpretAsFloats(), c1);
      c2 = x.fma(p2.and(high).reinterpretAsFloats(), c2);
      a += 16;
      b += 2L * Panels.ROW_BYTES;
    }
    c0.intoMemorySegment(ALL, out, LITTLE);
    c1.intoMemorySegment(ALL, out + BYTES, LITTLE);
    c2.intoMemorySegment(ALL, out + 2L * BYTES, LITTLE);
  }

  /// Carries the chains in `out` on through the last k, fewer than four.
  private static void bf16Rest(long a, long b, int count, long out) {
    for (int j = 0; j < 3 * BYTES; j += BYTES) {
      FloatVector c = load(out + j);
      for (int k = 0; k < count; k++) {
        long row = b + k / 2 * (long) Panels.ROW_BYTES;
        IntVector pair = IntVector.fromMemorySegment(I, ALL, row + j, LITTLE);
        c = all(Native.get(a + k * 4L)).fma(k % 2 == 0 ? even(pair) : odd(pair), c);
      }
      store(c, out + j);
    }
  }

  /// out (48) = a (count) · panel of I8 with scales (groups, 48).
  static void i8(long a, long panel, long scales, int count, long out) {
    for (int j = 0; j < Panels.ROW_BYTES; j += BYTES) {
      store(FloatVector.zero(F), out + j);
    }
    int whole = 0;
    if (SixVectors.FIT) {
      whole = count / Weight.GROUP * Weight.GROUP;
      SixVectors.i8(a, panel, scales, whole, out);
    }
    for (int j = 0; j < Panels.WIDTH; j += 3 * LANES) {
      for (int k = whole; k < count; k += Weight.GROUP) {
        int group = Math.min(Weight.GROUP, count - k);
        long scale = scales + (long) (k / Weight.GROUP) * Panels.ROW_BYTES;
        i8Group(
            a + k * 4L, panel + (long) k * Panels.WIDTH + j, scale + j * 4L, group, out + j * 4L);
      }
    }
  }

  /// Two k at a time: a third faster than one by one, where the memory is waited for.
  private static void i8Group(long a, long b, long scales, int count, long out) {
    FloatVector c0 = FloatVector.zero(F);
    FloatVector c1 = FloatVector.zero(F);
    FloatVector c2 = FloatVector.zero(F);
    int pairs = count & -2;
    for (int k = 0; k < pairs; k += 2) {
      FloatVector x = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c0 = x.fma(i8(b), c0);
      c1 = x.fma(i8(b + LANES), c1);
      c2 = x.fma(i8(b + 2L * LANES), c2);
      x = FloatVector.broadcast(F, ALL.get(FLOAT, a + 4));
      c0 = x.fma(i8(b + Panels.WIDTH), c0);
      c1 = x.fma(i8(b + Panels.WIDTH + LANES), c1);
      c2 = x.fma(i8(b + Panels.WIDTH + 2L * LANES), c2);
      a += 8;
      b += 2L * Panels.WIDTH;
    }
    if (pairs < count) {
      FloatVector x = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c0 = x.fma(i8(b), c0);
      c1 = x.fma(i8(b + LANES), c1);
      c2 = x.fma(i8(b + 2L * LANES), c2);
    }
    store(load(scales).fma(c0, load(out)), out);
    store(load(scales + BYTES).fma(c1, load(out + BYTES)), out + BYTES);
    store(load(scales + 2L * BYTES).fma(c2, load(out + 2L * BYTES)), out + 2L * BYTES);
  }
}
