package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.MicroKernels.ADDRESS;
import static dev.weft.kernels.cpu.MicroKernels.ROOMY;
import static dev.weft.kernels.cpu.Panels.ROW_BYTES;
import static dev.weft.kernels.cpu.Panels.WIDTH;
import static dev.weft.kernels.cpu.Strided.FLOAT;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.B;
import static dev.weft.kernels.cpu.Vectors.BYTES;
import static dev.weft.kernels.cpu.Vectors.F;
import static dev.weft.kernels.cpu.Vectors.I;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;

import dev.weft.tensor.Weight;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// One row times a panel with vectors of 256 bits, six of which are a row of the panel: so memory
/// is read once and in order, where tiles go through a panel twice. Six chains are not enough for
/// the units, but for the memory. The loops are written as [MicroKernels] says of sixteen
/// registers, and end at exactly one address: the number of k is even and not negative.
final class SixVectors {
  /// Whether a panel's row is six vectors, and sixteen registers are to be expected.
  static final boolean FIT = !ROOMY && WIDTH == 6 * LANES;

  private SixVectors() {}

  /// out = in + a · b in F32, of 48 columns and an even number of k.
  static void f32(long a, long b, int count, long in, long out) {
    FloatVector c0 = FloatVector.fromMemorySegment(F, ALL, in, LITTLE);
    FloatVector c1 = FloatVector.fromMemorySegment(F, ALL, in + BYTES, LITTLE);
    FloatVector c2 = FloatVector.fromMemorySegment(F, ALL, in + 2L * BYTES, LITTLE);
    FloatVector c3 = FloatVector.fromMemorySegment(F, ALL, in + 3L * BYTES, LITTLE);
    FloatVector c4 = FloatVector.fromMemorySegment(F, ALL, in + 4L * BYTES, LITTLE);
    FloatVector c5 = FloatVector.fromMemorySegment(F, ALL, in + 5L * BYTES, LITTLE);
    for (long end = a + count * 4L; a != end; a += 8) {
      long at = b & ADDRESS;
      FloatVector x = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, at, LITTLE);
      c0 = x.fma(b0, c0);
      FloatVector b1 = FloatVector.fromMemorySegment(F, ALL, at + BYTES, LITTLE);
      c1 = x.fma(b1, c1);
      FloatVector b2 = FloatVector.fromMemorySegment(F, ALL, at + 2L * BYTES, LITTLE);
      c2 = x.fma(b2, c2);
      FloatVector b3 = FloatVector.fromMemorySegment(F, ALL, at + 3L * BYTES, LITTLE);
      c3 = x.fma(b3, c3);
      FloatVector b4 = FloatVector.fromMemorySegment(F, ALL, at + 4L * BYTES, LITTLE);
      c4 = x.fma(b4, c4);
      FloatVector b5 = FloatVector.fromMemorySegment(F, ALL, at + 5L * BYTES, LITTLE);
      c5 = x.fma(b5, c5);
      x = FloatVector.broadcast(F, ALL.get(FLOAT, a + 4));
      b0 = FloatVector.fromMemorySegment(F, ALL, at + ROW_BYTES, LITTLE);
      c0 = x.fma(b0, c0);
      b1 = FloatVector.fromMemorySegment(F, ALL, at + ROW_BYTES + BYTES, LITTLE);
      c1 = x.fma(b1, c1);
      b2 = FloatVector.fromMemorySegment(F, ALL, at + ROW_BYTES + 2L * BYTES, LITTLE);
      c2 = x.fma(b2, c2);
      b3 = FloatVector.fromMemorySegment(F, ALL, at + ROW_BYTES + 3L * BYTES, LITTLE);
      c3 = x.fma(b3, c3);
      b4 = FloatVector.fromMemorySegment(F, ALL, at + ROW_BYTES + 4L * BYTES, LITTLE);
      c4 = x.fma(b4, c4);
      b5 = FloatVector.fromMemorySegment(F, ALL, at + ROW_BYTES + 5L * BYTES, LITTLE);
      c5 = x.fma(b5, c5);
      b += 2L * ROW_BYTES;
    }
    c0.intoMemorySegment(ALL, out, LITTLE);
    c1.intoMemorySegment(ALL, out + BYTES, LITTLE);
    c2.intoMemorySegment(ALL, out + 2L * BYTES, LITTLE);
    c3.intoMemorySegment(ALL, out + 3L * BYTES, LITTLE);
    c4.intoMemorySegment(ALL, out + 4L * BYTES, LITTLE);
    c5.intoMemorySegment(ALL, out + 5L * BYTES, LITTLE);
  }

  /// out = a · b in BF16, of 48 columns and an even number of k.
  static void bf16(long a, long b, int count, long out) {
    FloatVector c0 = FloatVector.zero(F);
    FloatVector c1 = FloatVector.zero(F);
    FloatVector c2 = FloatVector.zero(F);
    FloatVector c3 = FloatVector.zero(F);
    FloatVector c4 = FloatVector.zero(F);
    FloatVector c5 = FloatVector.zero(F);
    IntVector high = IntVector.broadcast(I, 0xffff0000);
    for (long end = a + count * 4L; a != end; a += 8) {
      long at = b & ADDRESS;
      FloatVector x = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      FloatVector y = FloatVector.broadcast(F, ALL.get(FLOAT, a + 4));
      IntVector p0 = IntVector.fromMemorySegment(I, ALL, at, LITTLE);
      c0 = x.fma(p0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), c0);
      c0 = y.fma(p0.and(high).reinterpretAsFloats(), c0);
      IntVector p1 = IntVector.fromMemorySegment(I, ALL, at + BYTES, LITTLE);
      c1 = x.fma(p1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), c1);
      c1 = y.fma(p1.and(high).reinterpretAsFloats(), c1);
      IntVector p2 = IntVector.fromMemorySegment(I, ALL, at + 2L * BYTES, LITTLE);
      c2 = x.fma(p2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), c2);
      c2 = y.fma(p2.and(high).reinterpretAsFloats(), c2);
      IntVector p3 = IntVector.fromMemorySegment(I, ALL, at + 3L * BYTES, LITTLE);
      c3 = x.fma(p3.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), c3);
      c3 = y.fma(p3.and(high).reinterpretAsFloats(), c3);
      IntVector p4 = IntVector.fromMemorySegment(I, ALL, at + 4L * BYTES, LITTLE);
      c4 = x.fma(p4.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), c4);
      c4 = y.fma(p4.and(high).reinterpretAsFloats(), c4);
      IntVector p5 = IntVector.fromMemorySegment(I, ALL, at + 5L * BYTES, LITTLE);
      c5 = x.fma(p5.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), c5);
      c5 = y.fma(p5.and(high).reinterpretAsFloats(), c5);
      b += ROW_BYTES;
    }
    c0.intoMemorySegment(ALL, out, LITTLE);
    c1.intoMemorySegment(ALL, out + BYTES, LITTLE);
    c2.intoMemorySegment(ALL, out + 2L * BYTES, LITTLE);
    c3.intoMemorySegment(ALL, out + 3L * BYTES, LITTLE);
    c4.intoMemorySegment(ALL, out + 4L * BYTES, LITTLE);
    c5.intoMemorySegment(ALL, out + 5L * BYTES, LITTLE);
  }

  /// out = out + Σ scales · (a · b) in I8, of 48 columns and whole groups of k. Group after group
  /// in one method: with a call for each it ran at two thirds of the speed. A group is even.
  static void i8(long a, long b, long scales, int count, long out) {
    for (int k = 0; k < count; k += Weight.GROUP) {
      FloatVector c0 = FloatVector.zero(F);
      FloatVector c1 = FloatVector.zero(F);
      FloatVector c2 = FloatVector.zero(F);
      FloatVector c3 = FloatVector.zero(F);
      FloatVector c4 = FloatVector.zero(F);
      FloatVector c5 = FloatVector.zero(F);
      for (long end = a + Weight.GROUP * 4L; a != end; a += 8) {
        long at = b & ADDRESS;
        FloatVector x = FloatVector.broadcast(F, ALL.get(FLOAT, a));
        ByteVector b0 = ByteVector.fromMemorySegment(B, ALL, at, LITTLE);
        c0 = x.fma((FloatVector) b0.convertShape(VectorOperators.B2F, F, 0), c0);
        ByteVector b1 = ByteVector.fromMemorySegment(B, ALL, at + LANES, LITTLE);
        c1 = x.fma((FloatVector) b1.convertShape(VectorOperators.B2F, F, 0), c1);
        ByteVector b2 = ByteVector.fromMemorySegment(B, ALL, at + 2L * LANES, LITTLE);
        c2 = x.fma((FloatVector) b2.convertShape(VectorOperators.B2F, F, 0), c2);
        ByteVector b3 = ByteVector.fromMemorySegment(B, ALL, at + 3L * LANES, LITTLE);
        c3 = x.fma((FloatVector) b3.convertShape(VectorOperators.B2F, F, 0), c3);
        ByteVector b4 = ByteVector.fromMemorySegment(B, ALL, at + 4L * LANES, LITTLE);
        c4 = x.fma((FloatVector) b4.convertShape(VectorOperators.B2F, F, 0), c4);
        ByteVector b5 = ByteVector.fromMemorySegment(B, ALL, at + 5L * LANES, LITTLE);
        c5 = x.fma((FloatVector) b5.convertShape(VectorOperators.B2F, F, 0), c5);
        x = FloatVector.broadcast(F, ALL.get(FLOAT, a + 4));
        b0 = ByteVector.fromMemorySegment(B, ALL, at + WIDTH, LITTLE);
        c0 = x.fma((FloatVector) b0.convertShape(VectorOperators.B2F, F, 0), c0);
        b1 = ByteVector.fromMemorySegment(B, ALL, at + WIDTH + LANES, LITTLE);
        c1 = x.fma((FloatVector) b1.convertShape(VectorOperators.B2F, F, 0), c1);
        b2 = ByteVector.fromMemorySegment(B, ALL, at + WIDTH + 2L * LANES, LITTLE);
        c2 = x.fma((FloatVector) b2.convertShape(VectorOperators.B2F, F, 0), c2);
        b3 = ByteVector.fromMemorySegment(B, ALL, at + WIDTH + 3L * LANES, LITTLE);
        c3 = x.fma((FloatVector) b3.convertShape(VectorOperators.B2F, F, 0), c3);
        b4 = ByteVector.fromMemorySegment(B, ALL, at + WIDTH + 4L * LANES, LITTLE);
        c4 = x.fma((FloatVector) b4.convertShape(VectorOperators.B2F, F, 0), c4);
        b5 = ByteVector.fromMemorySegment(B, ALL, at + WIDTH + 5L * LANES, LITTLE);
        c5 = x.fma((FloatVector) b5.convertShape(VectorOperators.B2F, F, 0), c5);
        b += 2L * WIDTH;
      }
      FloatVector.fromMemorySegment(F, ALL, scales, LITTLE)
          .fma(c0, FloatVector.fromMemorySegment(F, ALL, out, LITTLE))
          .intoMemorySegment(ALL, out, LITTLE);
      FloatVector.fromMemorySegment(F, ALL, scales + BYTES, LITTLE)
          .fma(c1, FloatVector.fromMemorySegment(F, ALL, out + BYTES, LITTLE))
          .intoMemorySegment(ALL, out + BYTES, LITTLE);
      FloatVector.fromMemorySegment(F, ALL, scales + 2L * BYTES, LITTLE)
          .fma(c2, FloatVector.fromMemorySegment(F, ALL, out + 2L * BYTES, LITTLE))
          .intoMemorySegment(ALL, out + 2L * BYTES, LITTLE);
      FloatVector.fromMemorySegment(F, ALL, scales + 3L * BYTES, LITTLE)
          .fma(c3, FloatVector.fromMemorySegment(F, ALL, out + 3L * BYTES, LITTLE))
          .intoMemorySegment(ALL, out + 3L * BYTES, LITTLE);
      FloatVector.fromMemorySegment(F, ALL, scales + 4L * BYTES, LITTLE)
          .fma(c4, FloatVector.fromMemorySegment(F, ALL, out + 4L * BYTES, LITTLE))
          .intoMemorySegment(ALL, out + 4L * BYTES, LITTLE);
      FloatVector.fromMemorySegment(F, ALL, scales + 5L * BYTES, LITTLE)
          .fma(c5, FloatVector.fromMemorySegment(F, ALL, out + 5L * BYTES, LITTLE))
          .intoMemorySegment(ALL, out + 5L * BYTES, LITTLE);
      scales += ROW_BYTES;
    }
  }
}
