package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.MicroKernels.ADDRESS;
import static dev.weft.kernels.cpu.MicroKernels.CARRIED;
import static dev.weft.kernels.cpu.MicroKernels.ROOMY;
import static dev.weft.kernels.cpu.MicroKernels.ROW;
import static dev.weft.kernels.cpu.Strided.FLOAT;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.B;
import static dev.weft.kernels.cpu.Vectors.BYTES;
import static dev.weft.kernels.cpu.Vectors.F;
import static dev.weft.kernels.cpu.Vectors.I;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;

import dev.weft.tensor.DType;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// The loops of [MicroKernels] against panels of BF16 or I8, three vectors wide, which are widened
/// on the way into the registers: less work than writing a panel out as F32, and memory and caches
/// are read meanwhile.
///
/// BF16 fits sixteen registers, too, up to three rows: its pairs are read twice, by loads of two
/// types that the compiler does not merge, and after the first value of a, whose check would
/// otherwise keep what was read for the interpreter. I8 needs 512 bits: with less the compiler
/// converts a vector again for each row. With 128 bits neither was tried.
final class NarrowTiles {
  /// With more rows in a part a panel is written out: of I8, since widening it costs more than a
  /// shift; of BF16 with 256 bits, since F32's tiles of four rows are faster than two of two.
  private static final int MOST_ROWS = 24;

  private NarrowTiles() {}

  /// Whether a part of so many rows with such panels is computed here.
  static boolean fits(DType type, int rows) {
    return rows > 1
        && switch (type) {
          case BF16 -> LANES == 16 || LANES == 8 && rows <= MOST_ROWS;
          case I8 -> LANES == 16 && rows <= MOST_ROWS;
          default -> false;
        };
  }

  /// out = in + a · b, for an even number of k.
  static void bf16(
      int rows, long a, long b, int count, long in, long inRow, long out, long outRow) {
    for (long j = 0; j < Panels.ROW_BYTES; j += 3L * BYTES) {
      switch (rows) {
        case 4 -> {
          if (ROOMY) {
            bf16Rows4(a, b + j, count, in + j, inRow, out + j, outRow);
          } else { // in a loop of four rows sums can become objects, as Tiles3 tells
            bf16Rows2(a, b + j, count, in + j, inRow, out + j, outRow);
            long second = out + j + 2 * outRow;
            bf16Rows2(a + 2 * ROW, b + j, count, in + j + 2 * inRow, inRow, second, outRow);
          }
        }
        case 3 -> bf16Rows3(a, b + j, count, in + j, inRow, out + j, outRow);
        default -> bf16Rows2(a, b + j, count, in + j, inRow, out + j, outRow);
      }
    }
  }

  /// out = in + scales · (a · b), for one group of k.
  static void i8(
      int rows,
      long a,
      long b,
      long scales,
      int count,
      long in,
      long inRow,
      long out,
      long outRow) {
    switch (rows) {
      case 4 -> i8Rows4(a, b, scales, count, in, inRow, out, outRow);
      case 3 -> i8Rows3(a, b, scales, count, in, inRow, out, outRow);
      default -> i8Rows2(a, b, scales, count, in, inRow, out, outRow);
    }
  }

  /// Where registers are many.
  private static void bf16Rows4(
      long a, long b, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, ALL, in, LITTLE);
    FloatVector c01 = FloatVector.fromMemorySegment(F, ALL, in + BYTES, LITTLE);
    FloatVector c02 = FloatVector.fromMemorySegment(F, ALL, in + 2L * BYTES, LITTLE);
    FloatVector c10 = FloatVector.fromMemorySegment(F, ALL, in + inRow, LITTLE);
    FloatVector c11 = FloatVector.fromMemorySegment(F, ALL, in + inRow + BYTES, LITTLE);
    FloatVector c12 = FloatVector.fromMemorySegment(F, ALL, in + inRow + 2L * BYTES, LITTLE);
    FloatVector c20 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow, LITTLE);
    FloatVector c21 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow + BYTES, LITTLE);
    FloatVector c22 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow + 2L * BYTES, LITTLE);
    FloatVector c30 = FloatVector.fromMemorySegment(F, ALL, in + 3 * inRow, LITTLE);
    FloatVector c31 = FloatVector.fromMemorySegment(F, ALL, in + 3 * inRow + BYTES, LITTLE);
    FloatVector c32 = FloatVector.fromMemorySegment(F, ALL, in + 3 * inRow + 2L * BYTES, LITTLE);
    IntVector high = IntVector.broadcast(I, 0xffff0000);
    a &= CARRIED;
    b &= CARRIED;
    for (int k = 0; k < count; k += 2) {
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      IntVector p0 = IntVector.fromMemorySegment(I, ALL, b, LITTLE);
      IntVector p1 = IntVector.fromMemorySegment(I, ALL, b + BYTES, LITTLE);
      IntVector p2 = IntVector.fromMemorySegment(I, ALL, b + 2L * BYTES, LITTLE);
      FloatVector b0 = p0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector b1 = p1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector b2 = p2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      FloatVector a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      FloatVector a2 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 2 * ROW));
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      c22 = a2.fma(b2, c22);
      FloatVector a3 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 3 * ROW));
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      c32 = a3.fma(b2, c32);
      a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 4));
      IntVector q0 = FloatVector.fromMemorySegment(F, ALL, b, LITTLE).reinterpretAsInts();
      IntVector q1 = FloatVector.fromMemorySegment(F, ALL, b + BYTES, LITTLE).reinterpretAsInts();
      IntVector q2 =
          FloatVector.fromMemorySegment(F, ALL, b + 2L * BYTES, LITTLE).reinterpretAsInts();
      b0 = q0.and(high).reinterpretAsFloats();
      b1 = q1.and(high).reinterpretAsFloats();
      b2 = q2.and(high).reinterpretAsFloats();
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW + 4));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      a2 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 2 * ROW + 4));
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      c22 = a2.fma(b2, c22);
      a3 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 3 * ROW + 4));
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      c32 = a3.fma(b2, c32);
      a = (a + 8) & CARRIED;
      b = (b + Panels.ROW_BYTES) & CARRIED;
    }
    c00.intoMemorySegment(ALL, out, LITTLE);
    c01.intoMemorySegment(ALL, out + BYTES, LITTLE);
    c02.intoMemorySegment(ALL, out + 2L * BYTES, LITTLE);
    c10.intoMemorySegment(ALL, out + outRow, LITTLE);
    c11.intoMemorySegment(ALL, out + outRow + BYTES, LITTLE);
    c12.intoMemorySegment(ALL, out + outRow + 2L * BYTES, LITTLE);
    c20.intoMemorySegment(ALL, out + 2 * outRow, LITTLE);
    c21.intoMemorySegment(ALL, out + 2 * outRow + BYTES, LITTLE);
    c22.intoMemorySegment(ALL, out + 2 * outRow + 2L * BYTES, LITTLE);
    c30.intoMemorySegment(ALL, out + 3 * outRow, LITTLE);
    c31.intoMemorySegment(ALL, out + 3 * outRow + BYTES, LITTLE);
    c32.intoMemorySegment(ALL, out + 3 * outRow + 2L * BYTES, LITTLE);
  }

  private static void bf16Rows3(
      long a, long b, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, ALL, in, LITTLE);
    FloatVector c01 = FloatVector.fromMemorySegment(F, ALL, in + BYTES, LITTLE);
    FloatVector c02 = FloatVector.fromMemorySegment(F, ALL, in + 2L * BYTES, LITTLE);
    FloatVector c10 = FloatVector.fromMemorySegment(F, ALL, in + inRow, LITTLE);
    FloatVector c11 = FloatVector.fromMemorySegment(F, ALL, in + inRow + BYTES, LITTLE);
    FloatVector c12 = FloatVector.fromMemorySegment(F, ALL, in + inRow + 2L * BYTES, LITTLE);
    FloatVector c20 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow, LITTLE);
    FloatVector c21 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow + BYTES, LITTLE);
    FloatVector c22 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow + 2L * BYTES, LITTLE);
    IntVector high = IntVector.broadcast(I, 0xffff0000);
    long end = a + count * 4L;
    a &= CARRIED;
    b &= CARRIED;
    for (int k = 0; ROOMY ? k < count : a != end; k += 2) {
      long at = b & ADDRESS;
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      IntVector p0 = IntVector.fromMemorySegment(I, ALL, at, LITTLE);
      IntVector p1 = IntVector.fromMemorySegment(I, ALL, at + BYTES, LITTLE);
      IntVector p2 = IntVector.fromMemorySegment(I, ALL, at + 2L * BYTES, LITTLE);
      FloatVector b0 = p0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector b1 = p1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector b2 = p2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      FloatVector a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      FloatVector a2 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 2 * ROW));
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      c22 = a2.fma(b2, c22);
      a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 4));
      IntVector q0 = FloatVector.fromMemorySegment(F, ALL, at, LITTLE).reinterpretAsInts();
      IntVector q1 = FloatVector.fromMemorySegment(F, ALL, at + BYTES, LITTLE).reinterpretAsInts();
      IntVector q2 =
          FloatVector.fromMemorySegment(F, ALL, at + 2L * BYTES, LITTLE).reinterpretAsInts();
      b0 = q0.and(high).reinterpretAsFloats();
      b1 = q1.and(high).reinterpretAsFloats();
      b2 = q2.and(high).reinterpretAsFloats();
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW + 4));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      a2 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 2 * ROW + 4));
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      c22 = a2.fma(b2, c22);
      a = (a + 8) & CARRIED;
      b = (b + Panels.ROW_BYTES) & CARRIED;
    }
    c00.intoMemorySegment(ALL, out, LITTLE);
    c01.intoMemorySegment(ALL, out + BYTES, LITTLE);
    c02.intoMemorySegment(ALL, out + 2L * BYTES, LITTLE);
    c10.intoMemorySegment(ALL, out + outRow, LITTLE);
    c11.intoMemorySegment(ALL, out + outRow + BYTES, LITTLE);
    c12.intoMemorySegment(ALL, out + outRow + 2L * BYTES, LITTLE);
    c20.intoMemorySegment(ALL, out + 2 * outRow, LITTLE);
    c21.intoMemorySegment(ALL, out + 2 * outRow + BYTES, LITTLE);
    c22.intoMemorySegment(ALL, out + 2 * outRow + 2L * BYTES, LITTLE);
  }

  private static void bf16Rows2(
      long a, long b, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, ALL, in, LITTLE);
    FloatVector c01 = FloatVector.fromMemorySegment(F, ALL, in + BYTES, LITTLE);
    FloatVector c02 = FloatVector.fromMemorySegment(F, ALL, in + 2L * BYTES, LITTLE);
    FloatVector c10 = FloatVector.fromMemorySegment(F, ALL, in + inRow, LITTLE);
    FloatVector c11 = FloatVector.fromMemorySegment(F, ALL, in + inRow + BYTES, LITTLE);
    FloatVector c12 = FloatVector.fromMemorySegment(F, ALL, in + inRow + 2L * BYTES, LITTLE);
    IntVector high = IntVector.broadcast(I, 0xffff0000);
    long end = a + count * 4L;
    a &= CARRIED;
    b &= CARRIED;
    for (int k = 0; ROOMY ? k < count : a != end; k += 2) {
      long at = b & ADDRESS;
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      IntVector p0 = IntVector.fromMemorySegment(I, ALL, at, LITTLE);
      IntVector p1 = IntVector.fromMemorySegment(I, ALL, at + BYTES, LITTLE);
      IntVector p2 = IntVector.fromMemorySegment(I, ALL, at + 2L * BYTES, LITTLE);
      FloatVector b0 = p0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector b1 = p1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector b2 = p2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      FloatVector a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 4));
      IntVector q0 = FloatVector.fromMemorySegment(F, ALL, at, LITTLE).reinterpretAsInts();
      IntVector q1 = FloatVector.fromMemorySegment(F, ALL, at + BYTES, LITTLE).reinterpretAsInts();
      IntVector q2 =
          FloatVector.fromMemorySegment(F, ALL, at + 2L * BYTES, LITTLE).reinterpretAsInts();
      b0 = q0.and(high).reinterpretAsFloats();
      b1 = q1.and(high).reinterpretAsFloats();
      b2 = q2.and(high).reinterpretAsFloats();
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW + 4));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      a = (a + 8) & CARRIED;
      b = (b + Panels.ROW_BYTES) & CARRIED;
    }
    c00.intoMemorySegment(ALL, out, LITTLE);
    c01.intoMemorySegment(ALL, out + BYTES, LITTLE);
    c02.intoMemorySegment(ALL, out + 2L * BYTES, LITTLE);
    c10.intoMemorySegment(ALL, out + outRow, LITTLE);
    c11.intoMemorySegment(ALL, out + outRow + BYTES, LITTLE);
    c12.intoMemorySegment(ALL, out + outRow + 2L * BYTES, LITTLE);
  }

  private static void i8Rows4(
      long a, long b, long scales, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = FloatVector.zero(F);
    FloatVector c02 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c11 = FloatVector.zero(F);
    FloatVector c12 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c21 = FloatVector.zero(F);
    FloatVector c22 = FloatVector.zero(F);
    FloatVector c30 = FloatVector.zero(F);
    FloatVector c31 = FloatVector.zero(F);
    FloatVector c32 = FloatVector.zero(F);
    a &= CARRIED;
    b &= CARRIED;
    for (int k = 0; k < count; k++) {
      ByteVector p0 = ByteVector.fromMemorySegment(B, ALL, b, LITTLE);
      ByteVector p1 = ByteVector.fromMemorySegment(B, ALL, b + LANES, LITTLE);
      ByteVector p2 = ByteVector.fromMemorySegment(B, ALL, b + 2L * LANES, LITTLE);
      FloatVector b0 = (FloatVector) p0.convertShape(VectorOperators.B2F, F, 0);
      FloatVector b1 = (FloatVector) p1.convertShape(VectorOperators.B2F, F, 0);
      FloatVector b2 = (FloatVector) p2.convertShape(VectorOperators.B2F, F, 0);
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      FloatVector a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      FloatVector a2 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 2 * ROW));
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      c22 = a2.fma(b2, c22);
      FloatVector a3 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 3 * ROW));
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      c32 = a3.fma(b2, c32);
      a = (a + 4) & CARRIED;
      b = (b + Panels.WIDTH) & CARRIED;
    }
    FloatVector s0 = FloatVector.fromMemorySegment(F, ALL, scales, LITTLE);
    FloatVector s1 = FloatVector.fromMemorySegment(F, ALL, scales + BYTES, LITTLE);
    FloatVector s2 = FloatVector.fromMemorySegment(F, ALL, scales + 2L * BYTES, LITTLE);
    s0.fma(c00, FloatVector.fromMemorySegment(F, ALL, in, LITTLE))
        .intoMemorySegment(ALL, out, LITTLE);
    s1.fma(c01, FloatVector.fromMemorySegment(F, ALL, in + BYTES, LITTLE))
        .intoMemorySegment(ALL, out + BYTES, LITTLE);
    s2.fma(c02, FloatVector.fromMemorySegment(F, ALL, in + 2L * BYTES, LITTLE))
        .intoMemorySegment(ALL, out + 2L * BYTES, LITTLE);
    s0.fma(c10, FloatVector.fromMemorySegment(F, ALL, in + inRow, LITTLE))
        .intoMemorySegment(ALL, out + outRow, LITTLE);
    s1.fma(c11, FloatVector.fromMemorySegment(F, ALL, in + inRow + BYTES, LITTLE))
        .intoMemorySegment(ALL, out + outRow + BYTES, LITTLE);
    s2.fma(c12, FloatVector.fromMemorySegment(F, ALL, in + inRow + 2L * BYTES, LITTLE))
        .intoMemorySegment(ALL, out + outRow + 2L * BYTES, LITTLE);
    s0.fma(c20, FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow, LITTLE))
        .intoMemorySegment(ALL, out + 2 * outRow, LITTLE);
    s1.fma(c21, FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow + BYTES, LITTLE))
        .intoMemorySegment(ALL, out + 2 * outRow + BYTES, LITTLE);
    s2.fma(c22, FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow + 2L * BYTES, LITTLE))
        .intoMemorySegment(ALL, out + 2 * outRow + 2L * BYTES, LITTLE);
    s0.fma(c30, FloatVector.fromMemorySegment(F, ALL, in + 3 * inRow, LITTLE))
        .intoMemorySegment(ALL, out + 3 * outRow, LITTLE);
    s1.fma(c31, FloatVector.fromMemorySegment(F, ALL, in + 3 * inRow + BYTES, LITTLE))
        .intoMemorySegment(ALL, out + 3 * outRow + BYTES, LITTLE);
    s2.fma(c32, FloatVector.fromMemorySegment(F, ALL, in + 3 * inRow + 2L * BYTES, LITTLE))
        .intoMemorySegment(ALL, out + 3 * outRow + 2L * BYTES, LITTLE);
  }

  private static void i8Rows3(
      long a, long b, long scales, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = FloatVector.zero(F);
    FloatVector c02 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c11 = FloatVector.zero(F);
    FloatVector c12 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c21 = FloatVector.zero(F);
    FloatVector c22 = FloatVector.zero(F);
    a &= CARRIED;
    b &= CARRIED;
    for (int k = 0; k < count; k++) {
      ByteVector p0 = ByteVector.fromMemorySegment(B, ALL, b, LITTLE);
      ByteVector p1 = ByteVector.fromMemorySegment(B, ALL, b + LANES, LITTLE);
      ByteVector p2 = ByteVector.fromMemorySegment(B, ALL, b + 2L * LANES, LITTLE);
      FloatVector b0 = (FloatVector) p0.convertShape(VectorOperators.B2F, F, 0);
      FloatVector b1 = (FloatVector) p1.convertShape(VectorOperators.B2F, F, 0);
      FloatVector b2 = (FloatVector) p2.convertShape(VectorOperators.B2F, F, 0);
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      FloatVector a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      FloatVector a2 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 2 * ROW));
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      c22 = a2.fma(b2, c22);
      a = (a + 4) & CARRIED;
      b = (b + Panels.WIDTH) & CARRIED;
    }
    FloatVector s0 = FloatVector.fromMemorySegment(F, ALL, scales, LITTLE);
    FloatVector s1 = FloatVector.fromMemorySegment(F, ALL, scales + BYTES, LITTLE);
    FloatVector s2 = FloatVector.fromMemorySegment(F, ALL, scales + 2L * BYTES, LITTLE);
    s0.fma(c00, FloatVector.fromMemorySegment(F, ALL, in, LITTLE))
        .intoMemorySegment(ALL, out, LITTLE);
    s1.fma(c01, FloatVector.fromMemorySegment(F, ALL, in + BYTES, LITTLE))
        .intoMemorySegment(ALL, out + BYTES, LITTLE);
    s2.fma(c02, FloatVector.fromMemorySegment(F, ALL, in + 2L * BYTES, LITTLE))
        .intoMemorySegment(ALL, out + 2L * BYTES, LITTLE);
    s0.fma(c10, FloatVector.fromMemorySegment(F, ALL, in + inRow, LITTLE))
        .intoMemorySegment(ALL, out + outRow, LITTLE);
    s1.fma(c11, FloatVector.fromMemorySegment(F, ALL, in + inRow + BYTES, LITTLE))
        .intoMemorySegment(ALL, out + outRow + BYTES, LITTLE);
    s2.fma(c12, FloatVector.fromMemorySegment(F, ALL, in + inRow + 2L * BYTES, LITTLE))
        .intoMemorySegment(ALL, out + outRow + 2L * BYTES, LITTLE);
    s0.fma(c20, FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow, LITTLE))
        .intoMemorySegment(ALL, out + 2 * outRow, LITTLE);
    s1.fma(c21, FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow + BYTES, LITTLE))
        .intoMemorySegment(ALL, out + 2 * outRow + BYTES, LITTLE);
    s2.fma(c22, FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow + 2L * BYTES, LITTLE))
        .intoMemorySegment(ALL, out + 2 * outRow + 2L * BYTES, LITTLE);
  }

  private static void i8Rows2(
      long a, long b, long scales, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = FloatVector.zero(F);
    FloatVector c02 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c11 = FloatVector.zero(F);
    FloatVector c12 = FloatVector.zero(F);
    a &= CARRIED;
    b &= CARRIED;
    for (int k = 0; k < count; k++) {
      ByteVector p0 = ByteVector.fromMemorySegment(B, ALL, b, LITTLE);
      ByteVector p1 = ByteVector.fromMemorySegment(B, ALL, b + LANES, LITTLE);
      ByteVector p2 = ByteVector.fromMemorySegment(B, ALL, b + 2L * LANES, LITTLE);
      FloatVector b0 = (FloatVector) p0.convertShape(VectorOperators.B2F, F, 0);
      FloatVector b1 = (FloatVector) p1.convertShape(VectorOperators.B2F, F, 0);
      FloatVector b2 = (FloatVector) p2.convertShape(VectorOperators.B2F, F, 0);
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      FloatVector a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      a = (a + 4) & CARRIED;
      b = (b + Panels.WIDTH) & CARRIED;
    }
    FloatVector s0 = FloatVector.fromMemorySegment(F, ALL, scales, LITTLE);
    FloatVector s1 = FloatVector.fromMemorySegment(F, ALL, scales + BYTES, LITTLE);
    FloatVector s2 = FloatVector.fromMemorySegment(F, ALL, scales + 2L * BYTES, LITTLE);
    s0.fma(c00, FloatVector.fromMemorySegment(F, ALL, in, LITTLE))
        .intoMemorySegment(ALL, out, LITTLE);
    s1.fma(c01, FloatVector.fromMemorySegment(F, ALL, in + BYTES, LITTLE))
        .intoMemorySegment(ALL, out + BYTES, LITTLE);
    s2.fma(c02, FloatVector.fromMemorySegment(F, ALL, in + 2L * BYTES, LITTLE))
        .intoMemorySegment(ALL, out + 2L * BYTES, LITTLE);
    s0.fma(c10, FloatVector.fromMemorySegment(F, ALL, in + inRow, LITTLE))
        .intoMemorySegment(ALL, out + outRow, LITTLE);
    s1.fma(c11, FloatVector.fromMemorySegment(F, ALL, in + inRow + BYTES, LITTLE))
        .intoMemorySegment(ALL, out + outRow + BYTES, LITTLE);
    s2.fma(c12, FloatVector.fromMemorySegment(F, ALL, in + inRow + 2L * BYTES, LITTLE))
        .intoMemorySegment(ALL, out + outRow + 2L * BYTES, LITTLE);
  }
}
