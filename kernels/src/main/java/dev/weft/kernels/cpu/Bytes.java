package dev.weft.kernels.cpu;

import static dev.weft.kernels.cpu.Strided.INT;
import static dev.weft.kernels.cpu.Vectors.ALL;
import static dev.weft.kernels.cpu.Vectors.B;
import static dev.weft.kernels.cpu.Vectors.F;
import static dev.weft.kernels.cpu.Vectors.I;
import static dev.weft.kernels.cpu.Vectors.LANES;
import static dev.weft.kernels.cpu.Vectors.LITTLE;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// BOOL tensors, a byte for each element, as masks of float vectors.
final class Bytes {
  private static final VectorSpecies<Byte> SIXTEEN = ByteVector.SPECIES_128;

  /// 0, 8, 16, 24: brings the bytes of an int into four lanes.
  private static final IntVector SHIFTS = IntVector.broadcast(I, 0).addIndex(8);

  private Bytes() {}

  /// A lane is set where its byte is not 0.
  static VectorMask<Float> mask(long bytes) {
    if (LANES == 4) { // there are no vectors of four bytes
      IntVector four = IntVector.broadcast(I, ALL.get(INT, bytes));
      return four.lanewise(VectorOperators.LSHR, SHIFTS)
          .and(0xff)
          .compare(VectorOperators.NE, 0)
          .cast(F);
    }
    return ByteVector.fromMemorySegment(B, ALL, bytes, LITTLE)
        .compare(VectorOperators.NE, (byte) 0)
        .cast(F);
  }

  /// Stores sixteen bits as sixteen bytes of 0 or 1, the lowest first.
  static void store(long bits, long bytes) {
    ByteVector.zero(SIXTEEN)
        .blend((byte) 1, VectorMask.fromLong(SIXTEEN, bits))
        .intoMemorySegment(ALL, bytes, LITTLE);
  }
}
