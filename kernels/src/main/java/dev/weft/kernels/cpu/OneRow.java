package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.B;
import static dev.weft.kernels.cpu.Vectors.BYTES;
import static dev.weft.kernels.cpu.Vectors.F;
import static dev.weft.kernels.cpu.Vectors.I;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;
import static dev.weft.kernels.cpu.Vectors.S;
import static dev.weft.kernels.cpu.Vectors.all;
import static dev.weft.kernels.cpu.Vectors.load;
import static dev.weft.kernels.cpu.Vectors.store;

import dev.weft.tensor.Weight;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/// One row times a panel of BF16 or I8, widened on the way into the registers: what decoding does,
/// at the speed of the memory. Several rows share a panel that [Panels#widen] wrote out as F32.
final class OneRow {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  /// How far to shift an int left so that its byte number `lane` becomes the highest.
  private static final IntVector TO_TOP =
      IntVector.fromArray(I, new int[] {24, 16, 8, 0, 24, 16, 8, 0, 24, 16, 8, 0, 24, 16, 8, 0}, 0);

  private OneRow() {}

  /// LANES values of bfloat16 as floats: exact.
  static FloatVector bf16(long address) {
    var bits =
        ShortVector.fromMemorySegment(S, ALL, address, LITTLE)
            .convertShape(VectorOperators.S2I, I, 0);
    return ((IntVector) bits).lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
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
    for (int j = 0; j < Panels.WIDTH; j += 3 * LANES) {
      bf16Columns(a, panel + j * 2L, count, out + j * 4L);
    }
  }

  private static void bf16Columns(long a, long b, int count, long out) {
    FloatVector c0 = FloatVector.zero(F);
    FloatVector c1 = FloatVector.zero(F);
    FloatVector c2 = FloatVector.zero(F);
    for (int k = 0; k < count; k++) {
      FloatVector x = all(Native.get(a));
      c0 = x.fma(bf16(b), c0);
      c1 = x.fma(bf16(b + BYTES / 2), c1);
      c2 = x.fma(bf16(b + BYTES), c2);
      a += 4;
      b += Panels.WIDTH * 2;
    }
    store(c0, out);
    store(c1, out + BYTES);
    store(c2, out + 2L * BYTES);
  }

  /// out (48) = a (count) · panel of I8 with scales (groups, 48).
  static void i8(long a, long panel, long scales, int count, long out) {
    for (int j = 0; j < Panels.WIDTH; j += 3 * LANES) {
      store(FloatVector.zero(F), out + j * 4L);
      store(FloatVector.zero(F), out + j * 4L + BYTES);
      store(FloatVector.zero(F), out + j * 4L + 2L * BYTES);
      for (int k = 0; k < count; k += Weight.GROUP) {
        int group = Math.min(Weight.GROUP, count - k);
        long scale = scales + (long) (k / Weight.GROUP) * Panels.ROW_BYTES;
        i8Group(
            a + k * 4L, panel + (long) k * Panels.WIDTH + j, scale + j * 4L, group, out + j * 4L);
      }
    }
  }

  private static void i8Group(long a, long b, long scales, int count, long out) {
    FloatVector c0 = FloatVector.zero(F);
    FloatVector c1 = FloatVector.zero(F);
    FloatVector c2 = FloatVector.zero(F);
    for (int k = 0; k < count; k++) {
      FloatVector x = all(Native.get(a));
      c0 = x.fma(i8(b), c0);
      c1 = x.fma(i8(b + LANES), c1);
      c2 = x.fma(i8(b + 2L * LANES), c2);
      a += 4;
      b += Panels.WIDTH;
    }
    store(load(scales).fma(c0, load(out)), out);
    store(load(scales + BYTES).fma(c1, load(out + BYTES)), out + BYTES);
    store(load(scales + 2L * BYTES).fma(c2, load(out + 2L * BYTES)), out + 2L * BYTES);
  }
}
