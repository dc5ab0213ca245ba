package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Transposes squares of eight by eight floats in registers: rows change places with columns by
/// halves, quarters and single lanes.
final class Square {
  /// Rows and columns of a square.
  static final int SIDE = 8;

  private static final VectorSpecies<Float> S = FloatVector.SPECIES_256;
  private static final VectorShuffle<Float> FOURS = VectorShuffle.fromOp(S, i -> i ^ 4);
  private static final VectorShuffle<Float> TWOS = VectorShuffle.fromOp(S, i -> i ^ 2);
  private static final VectorShuffle<Float> ONES = VectorShuffle.fromOp(S, i -> i ^ 1);
  private static final VectorMask<Float> HIGH_4 = VectorMask.fromLong(S, 0xF0);
  private static final VectorMask<Float> LOW_4 = VectorMask.fromLong(S, 0x0F);
  private static final VectorMask<Float> HIGH_2 = VectorMask.fromLong(S, 0xCC);
  private static final VectorMask<Float> LOW_2 = VectorMask.fromLong(S, 0x33);
  private static final VectorMask<Float> HIGH_1 = VectorMask.fromLong(S, 0xAA);
  private static final VectorMask<Float> LOW_1 = VectorMask.fromLong(S, 0x55);

  private Square() {}

  /// Whether vectors are wide enough.
  static boolean fits() {
    return LANES >= SIDE;
  }

  /// For each square of `squares`, one below the other: row r of the source becomes column r of the
  /// target, whose eight rows stand at y0 … y7; the next square continues them.
  static void transpose(
      long y0,
      long y1,
      long y2,
      long y3,
      long y4,
      long y5,
      long y6,
      long y7,
      long x,
      long xStride,
      int squares) {
    long end = 4L * SIDE * squares;
    for (long o = 0; o < end; o += 4L * SIDE) {
      FloatVector a0 = FloatVector.fromMemorySegment(S, ALL, x, LITTLE);
      FloatVector a1 = FloatVector.fromMemorySegment(S, ALL, x + xStride, LITTLE);
      FloatVector a2 = FloatVector.fromMemorySegment(S, ALL, x + 2 * xStride, LITTLE);
      FloatVector a3 = FloatVector.fromMemorySegment(S, ALL, x + 3 * xStride, LITTLE);
      FloatVector a4 = FloatVector.fromMemorySegment(S, ALL, x + 4 * xStride, LITTLE);
      FloatVector a5 = FloatVector.fromMemorySegment(S, ALL, x + 5 * xStride, LITTLE);
      FloatVector a6 = FloatVector.fromMemorySegment(S, ALL, x + 6 * xStride, LITTLE);
      FloatVector a7 = FloatVector.fromMemorySegment(S, ALL, x + 7 * xStride, LITTLE);
      FloatVector b0 = a0.blend(a4.rearrange(FOURS), HIGH_4);
      FloatVector b1 = a1.blend(a5.rearrange(FOURS), HIGH_4);
      FloatVector b2 = a2.blend(a6.rearrange(FOURS), HIGH_4);
      FloatVector b3 = a3.blend(a7.rearrange(FOURS), HIGH_4);
      FloatVector b4 = a4.blend(a0.rearrange(FOURS), LOW_4);
      FloatVector b5 = a5.blend(a1.rearrange(FOURS), LOW_4);
      FloatVector b6 = a6.blend(a2.rearrange(FOURS), LOW_4);
      FloatVector b7 = a7.blend(a3.rearrange(FOURS), LOW_4);
      a0 = b0.blend(b2.rearrange(TWOS), HIGH_2);
      a1 = b1.blend(b3.rearrange(TWOS), HIGH_2);
      a2 = b2.blend(b0.rearrange(TWOS), LOW_2);
      a3 = b3.blend(b1.rearrange(TWOS), LOW_2);
      a4 = b4.blend(b6.rearrange(TWOS), HIGH_2);
      a5 = b5.blend(b7.rearrange(TWOS), HIGH_2);
      a6 = b6.blend(b4.rearrange(TWOS), LOW_2);
      a7 = b7.blend(b5.rearrange(TWOS), LOW_2);
      a0.blend(a1.rearrange(ONES), HIGH_1).intoMemorySegment(ALL, y0 + o, LITTLE);
      a1.blend(a0.rearrange(ONES), LOW_1).intoMemorySegment(ALL, y1 + o, LITTLE);
      a2.blend(a3.rearrange(ONES), HIGH_1).intoMemorySegment(ALL, y2 + o, LITTLE);
      a3.blend(a2.rearrange(ONES), LOW_1).intoMemorySegment(ALL, y3 + o, LITTLE);
      a4.blend(a5.rearrange(ONES), HIGH_1).intoMemorySegment(ALL, y4 + o, LITTLE);
      a5.blend(a4.rearrange(ONES), LOW_1).intoMemorySegment(ALL, y5 + o, LITTLE);
      a6.blend(a7.rearrange(ONES), HIGH_1).intoMemorySegment(ALL, y6 + o, LITTLE);
      a7.blend(a6.rearrange(ONES), LOW_1).intoMemorySegment(ALL, y7 + o, LITTLE);
      x += SIDE * xStride;
    }
  }
}
