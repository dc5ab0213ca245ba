package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.F;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/// Transposes squares of floats in registers, as wide as a vector, eight or sixteen: rows change
/// places with columns by halves, quarters and single lanes.
///
/// Sixteen rows are two times eight whose halves change places at the end. Squares of eight in
/// vectors half as wide would be less work, but a second width makes the JIT's profiles of all
/// vector methods ambiguous: what it compiled afterwards ran at a quarter of the speed and less.
final class Square {
  /// Rows and columns of a square.
  static final int SIDE = LANES;

  private static final VectorShuffle<Float> EIGHTS =
      VectorShuffle.fromOp(F, i -> i ^ (8 & SIDE - 1));
  private static final VectorShuffle<Float> FOURS =
      VectorShuffle.fromOp(F, i -> i ^ (4 & SIDE - 1));
  private static final VectorShuffle<Float> TWOS = VectorShuffle.fromOp(F, i -> i ^ 2);
  private static final VectorShuffle<Float> ONES = VectorShuffle.fromOp(F, i -> i ^ 1);
  private static final VectorMask<Float> HIGH_8 = VectorMask.fromLong(F, 0xFF00);
  private static final VectorMask<Float> LOW_8 = VectorMask.fromLong(F, 0x00FF);
  private static final VectorMask<Float> HIGH_4 = VectorMask.fromLong(F, 0xF0F0);
  private static final VectorMask<Float> LOW_4 = VectorMask.fromLong(F, 0x0F0F);
  private static final VectorMask<Float> HIGH_2 = VectorMask.fromLong(F, 0xCCCC);
  private static final VectorMask<Float> LOW_2 = VectorMask.fromLong(F, 0x3333);
  private static final VectorMask<Float> HIGH_1 = VectorMask.fromLong(F, 0xAAAA);
  private static final VectorMask<Float> LOW_1 = VectorMask.fromLong(F, 0x5555);

  private Square() {}

  /// Whether vectors are wide enough.
  static boolean fits() {
    return SIDE >= 8;
  }

  /// For each square of `squares`, one below the other: row r of the source becomes column r of the
  /// target, whose rows stand at `y`; the next square continues them.
  static void transpose(long[] y, long x, long xStride, int squares) {
    for (int square = 0; square < squares; square++) {
      long o = 4L * SIDE * square;
      eight(y, 0, o, x, xStride);
      if (SIDE == 16) {
        eight(y, 8, o, x + 8 * xStride, xStride);
        for (int r = 0; r < 8; r++) {
          swapHalves(y[r] + o, y[r + 8] + o);
        }
      }
      x += SIDE * xStride;
    }
  }

  /// Eight rows, whose squares of eight are transposed where they are, go to eight targets.
  private static void eight(long[] y, int first, long o, long x, long xStride) {
    FloatVector a0 = FloatVector.fromMemorySegment(F, ALL, x, LITTLE);
    FloatVector a1 = FloatVector.fromMemorySegment(F, ALL, x + xStride, LITTLE);
    FloatVector a2 = FloatVector.fromMemorySegment(F, ALL, x + 2 * xStride, LITTLE);
    FloatVector a3 = FloatVector.fromMemorySegment(F, ALL, x + 3 * xStride, LITTLE);
    FloatVector a4 = FloatVector.fromMemorySegment(F, ALL, x + 4 * xStride, LITTLE);
    FloatVector a5 = FloatVector.fromMemorySegment(F, ALL, x + 5 * xStride, LITTLE);
    FloatVector a6 = FloatVector.fromMemorySegment(F, ALL, x + 6 * xStride, LITTLE);
    FloatVector a7 = FloatVector.fromMemorySegment(F, ALL, x + 7 * xStride, LITTLE);
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
    a0.blend(a1.rearrange(ONES), HIGH_1).intoMemorySegment(ALL, y[first] + o, LITTLE);
    a1.blend(a0.rearrange(ONES), LOW_1).intoMemorySegment(ALL, y[first + 1] + o, LITTLE);
    a2.blend(a3.rearrange(ONES), HIGH_1).intoMemorySegment(ALL, y[first + 2] + o, LITTLE);
    a3.blend(a2.rearrange(ONES), LOW_1).intoMemorySegment(ALL, y[first + 3] + o, LITTLE);
    a4.blend(a5.rearrange(ONES), HIGH_1).intoMemorySegment(ALL, y[first + 4] + o, LITTLE);
    a5.blend(a4.rearrange(ONES), LOW_1).intoMemorySegment(ALL, y[first + 5] + o, LITTLE);
    a6.blend(a7.rearrange(ONES), HIGH_1).intoMemorySegment(ALL, y[first + 6] + o, LITTLE);
    a7.blend(a6.rearrange(ONES), LOW_1).intoMemorySegment(ALL, y[first + 7] + o, LITTLE);
  }

  /// The high half of the vector at y changes places with the low half of that at z.
  private static void swapHalves(long y, long z) {
    FloatVector a = FloatVector.fromMemorySegment(F, ALL, y, LITTLE);
    FloatVector b = FloatVector.fromMemorySegment(F, ALL, z, LITTLE);
    a.blend(b.rearrange(EIGHTS), HIGH_8).intoMemorySegment(ALL, y, LITTLE);
    b.blend(a.rearrange(EIGHTS), LOW_8).intoMemorySegment(ALL, z, LITTLE);
  }
}
