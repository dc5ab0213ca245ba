package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.MicroKernels.CARRIED;
import static dev.weft.kernels.cpu.MicroKernels.ROW;
import static dev.weft.kernels.cpu.Strided.FLOAT;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.F;
import static dev.weft.kernels.cpu.Vectors.LITTLE;

import jdk.incubator.vector.FloatVector;

/// The loops of [MicroKernels] for tiles that are one vector wide.
final class Tiles1 {
  private Tiles1() {}

  static void rows4(
      long a, long b, long bStep, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, ALL, in, LITTLE);
    FloatVector c10 = FloatVector.fromMemorySegment(F, ALL, in + inRow, LITTLE);
    FloatVector c20 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow, LITTLE);
    FloatVector c30 = FloatVector.fromMemorySegment(F, ALL, in + 3 * inRow, LITTLE);
    a &= CARRIED;
    b &= CARRIED;
    for (int k = 0; k < count; k += 2) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, b, LITTLE);
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c00 = a0.fma(b0, c00);
      FloatVector a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW));
      c10 = a1.fma(b0, c10);
      FloatVector a2 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 2 * ROW));
      c20 = a2.fma(b0, c20);
      FloatVector a3 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 3 * ROW));
      c30 = a3.fma(b0, c30);
      b0 = FloatVector.fromMemorySegment(F, ALL, b + bStep, LITTLE);
      a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 4));
      c00 = a0.fma(b0, c00);
      a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW + 4));
      c10 = a1.fma(b0, c10);
      a2 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 2 * ROW + 4));
      c20 = a2.fma(b0, c20);
      a3 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 3 * ROW + 4));
      c30 = a3.fma(b0, c30);
      a = (a + 8) & CARRIED;
      b = (b + 2 * bStep) & CARRIED;
    }
    c00.intoMemorySegment(ALL, out, LITTLE);
    c10.intoMemorySegment(ALL, out + outRow, LITTLE);
    c20.intoMemorySegment(ALL, out + 2 * outRow, LITTLE);
    c30.intoMemorySegment(ALL, out + 3 * outRow, LITTLE);
  }

  static void rows3(
      long a, long b, long bStep, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, ALL, in, LITTLE);
    FloatVector c10 = FloatVector.fromMemorySegment(F, ALL, in + inRow, LITTLE);
    FloatVector c20 = FloatVector.fromMemorySegment(F, ALL, in + 2 * inRow, LITTLE);
    a &= CARRIED;
    b &= CARRIED;
    for (int k = 0; k < count; k += 2) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, b, LITTLE);
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c00 = a0.fma(b0, c00);
      FloatVector a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW));
      c10 = a1.fma(b0, c10);
      FloatVector a2 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 2 * ROW));
      c20 = a2.fma(b0, c20);
      b0 = FloatVector.fromMemorySegment(F, ALL, b + bStep, LITTLE);
      a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 4));
      c00 = a0.fma(b0, c00);
      a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW + 4));
      c10 = a1.fma(b0, c10);
      a2 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 2 * ROW + 4));
      c20 = a2.fma(b0, c20);
      a = (a + 8) & CARRIED;
      b = (b + 2 * bStep) & CARRIED;
    }
    c00.intoMemorySegment(ALL, out, LITTLE);
    c10.intoMemorySegment(ALL, out + outRow, LITTLE);
    c20.intoMemorySegment(ALL, out + 2 * outRow, LITTLE);
  }

  static void rows2(
      long a, long b, long bStep, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, ALL, in, LITTLE);
    FloatVector c10 = FloatVector.fromMemorySegment(F, ALL, in + inRow, LITTLE);
    a &= CARRIED;
    b &= CARRIED;
    for (int k = 0; k < count; k += 2) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, b, LITTLE);
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c00 = a0.fma(b0, c00);
      FloatVector a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW));
      c10 = a1.fma(b0, c10);
      b0 = FloatVector.fromMemorySegment(F, ALL, b + bStep, LITTLE);
      a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 4));
      c00 = a0.fma(b0, c00);
      a1 = FloatVector.broadcast(F, ALL.get(FLOAT, a + ROW + 4));
      c10 = a1.fma(b0, c10);
      a = (a + 8) & CARRIED;
      b = (b + 2 * bStep) & CARRIED;
    }
    c00.intoMemorySegment(ALL, out, LITTLE);
    c10.intoMemorySegment(ALL, out + outRow, LITTLE);
  }

  static void rows1(
      long a, long b, long bStep, int count, long in, long inRow, long out, long outRow) {
    FloatVector c00 = FloatVector.fromMemorySegment(F, ALL, in, LITTLE);
    a &= CARRIED;
    b &= CARRIED;
    for (int k = 0; k < count; k += 2) {
      FloatVector b0 = FloatVector.fromMemorySegment(F, ALL, b, LITTLE);
      FloatVector a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a));
      c00 = a0.fma(b0, c00);
      b0 = FloatVector.fromMemorySegment(F, ALL, b + bStep, LITTLE);
      a0 = FloatVector.broadcast(F, ALL.get(FLOAT, a + 4));
      c00 = a0.fma(b0, c00);
      a = (a + 8) & CARRIED;
      b = (b + 2 * bStep) & CARRIED;
    }
    c00.intoMemorySegment(ALL, out, LITTLE);
  }
}
