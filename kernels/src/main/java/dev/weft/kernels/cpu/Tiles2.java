package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.MicroKernels.ADDRESS;
import static dev.weft.kernels.cpu.MicroKernels.CARRIED;
import static dev.weft.kernels.cpu.MicroKernels.ROOMY;
import static dev.weft.kernels.cpu.MicroKernels.ROW;
import static dev.weft.kernels.cpu.Strided.FLOAT;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.BYTES;
import static dev.weft.kernels.cpu.Vectors.F;
import static dev.weft.kernels.cpu.Vectors.LITTLE;

import jdk.incubator.vector.FloatVector;

/// The loops of [MicroKernels] for tiles that are two vectors wide.
final class Tiles2 {
  private Tiles2() {}

  static void rows4(
      long a, long b, long bStep, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, ALL, in, LITTLE);
    FloatVector c01 = FloatVector.fromMemorySegment(F, ALL, in + BYTES, LITTLE);
    FloatVector c10 = FloatVector.fromMemorySegment(F, ALL, in + inRow, LITTLE);
    FloatVector c11 = FloatVector.fromMemorySegment(F, ALL, in + inRow + BYTES, LITTLE);
    FloatVector c20 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow, LITTLE);
    FloatVector c21 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow + BYTES, LITTLE);
    FloatVector c30 = FloatVector.fromMemorySegment(F, ALL, in + 3 * inRow, LITTLE);
    FloatVector c31 = FloatVector.fromMemorySegment(F, ALL, in + 3 * inRow + BYTES, LITTLE);
    long end = a + count * 4L;
    a &= CARRIED;
    b &= CARRIED;
    for (int k = 0; ROOMY ? k < count : a != end; k += 2) {
      long at = b & ADDRESS;
      long next = (b + bStep) & ADDRESS;
      FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, at, LITTLE);
      FloatVector b1 = FloatVector.fromMemorySegment(F, ALL, at + BYTES, LITTLE);
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 2 * ROW));
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 3 * ROW));
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      b0 = FloatVector.fromMemorySegment(F, ALL, next, LITTLE);
      b1 = FloatVector.fromMemorySegment(F, ALL, next + BYTES, LITTLE);
      a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 4));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW + 4));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      a2 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 2 * ROW + 4));
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      a3 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 3 * ROW + 4));
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      a = (a + 8) & CARRIED;
      b = (b + 2 * bStep) & CARRIED;
    }
    c00.intoMemorySegment(ALL, out, LITTLE);
    c01.intoMemorySegment(ALL, out + BYTES, LITTLE);
    c10.intoMemorySegment(ALL, out + outRow, LITTLE);
    c11.intoMemorySegment(ALL, out + outRow + BYTES, LITTLE);
    c20.intoMemorySegment(ALL, out + 2 * outRow, LITTLE);
    c21.intoMemorySegment(ALL, out + 2 * outRow + BYTES, LITTLE);
    c30.intoMemorySegment(ALL, out + 3 * outRow, LITTLE);
    c31.intoMemorySegment(ALL, out + 3 * outRow + BYTES, LITTLE);
  }

  static void rows3(
      long a, long b, long bStep, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, ALL, in, LITTLE);
    FloatVector c01 = FloatVector.fromMemorySegment(F, ALL, in + BYTES, LITTLE);
    FloatVector c10 = FloatVector.fromMemorySegment(F, ALL, in + inRow, LITTLE);
    FloatVector c11 = FloatVector.fromMemorySegment(F, ALL, in + inRow + BYTES, LITTLE);
    FloatVector c20 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow, LITTLE);
    FloatVector c21 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow + BYTES, LITTLE);
    long end = a + count * 4L;
    a &= CARRIED;
    b &= CARRIED;
    for (int k = 0; ROOMY ? k < count : a != end; k += 2) {
      long at = b & ADDRESS;
      long next = (b + bStep) & ADDRESS;
      FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, at, LITTLE);
      FloatVector b1 = FloatVector.fromMemorySegment(F, ALL, at + BYTES, LITTLE);
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 2 * ROW));
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      b0 = FloatVector.fromMemorySegment(F, ALL, next, LITTLE);
      b1 = FloatVector.fromMemorySegment(F, ALL, next + BYTES, LITTLE);
      a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 4));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW + 4));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      a2 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 2 * ROW + 4));
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      a = (a + 8) & CARRIED;
      b = (b + 2 * bStep) & CARRIED;
    }
    c00.intoMemorySegment(ALL, out, LITTLE);
    c01.intoMemorySegment(ALL, out + BYTES, LITTLE);
    c10.intoMemorySegment(ALL, out + outRow, LITTLE);
    c11.intoMemorySegment(ALL, out + outRow + BYTES, LITTLE);
    c20.intoMemorySegment(ALL, out + 2 * outRow, LITTLE);
    c21.intoMemorySegment(ALL, out + 2 * outRow + BYTES, LITTLE);
  }

  static void rows2(
      long a, long b, long bStep, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, ALL, in, LITTLE);
    FloatVector c01 = FloatVector.fromMemorySegment(F, ALL, in + BYTES, LITTLE);
    FloatVector c10 = FloatVector.fromMemorySegment(F, ALL, in + inRow, LITTLE);
    FloatVector c11 = FloatVector.fromMemorySegment(F, ALL, in + inRow + BYTES, LITTLE);
    long end = a + count * 4L;
    a &= CARRIED;
    b &= CARRIED;
    for (int k = 0; ROOMY ? k < count : a != end; k += 2) {
      long at = b & ADDRESS;
      long next = (b + bStep) & ADDRESS;
      FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, at, LITTLE);
      FloatVector b1 = FloatVector.fromMemorySegment(F, ALL, at + BYTES, LITTLE);
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      b0 = FloatVector.fromMemorySegment(F, ALL, next, LITTLE);
      b1 = FloatVector.fromMemorySegment(F, ALL, next + BYTES, LITTLE);
      a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 4));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW + 4));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      a = (a + 8) & CARRIED;
      b = (b + 2 * bStep) & CARRIED;
    }
    c00.intoMemorySegment(ALL, out, LITTLE);
    c01.intoMemorySegment(ALL, out + BYTES, LITTLE);
    c10.intoMemorySegment(ALL, out + outRow, LITTLE);
    c11.intoMemorySegment(ALL, out + outRow + BYTES, LITTLE);
  }

  static void rows1(
      long a, long b, long bStep, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, ALL, in, LITTLE);
    FloatVector c01 = FloatVector.fromMemorySegment(F, ALL, in + BYTES, LITTLE);
    long end = a + count * 4L;
    a &= CARRIED;
    b &= CARRIED;
    for (int k = 0; ROOMY ? k < count : a != end; k += 2) {
      long at = b & ADDRESS;
      long next = (b + bStep) & ADDRESS;
      FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, at, LITTLE);
      FloatVector b1 = FloatVector.fromMemorySegment(F, ALL, at + BYTES, LITTLE);
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      b0 = FloatVector.fromMemorySegment(F, ALL, next, LITTLE);
      b1 = FloatVector.fromMemorySegment(F, ALL, next + BYTES, LITTLE);
      a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 4));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      a = (a + 8) & CARRIED;
      b = (b + 2 * bStep) & CARRIED;
    }
    c00.intoMemorySegment(ALL, out, LITTLE);
    c01.intoMemorySegment(ALL, out + BYTES, LITTLE);
  }
}
